/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the thread that walks through the cells shares with who watches it.
 */
#ifndef DIFF_CELLS_H
#define DIFF_CELLS_H

#include "states.h"

struct diff_walk {
	const struct vma_lock_diff_side *side;
	struct diff_log *log;
	struct task_struct *thread;
	int cpu, next;
	int run, not_applicable, err;
	/* With watchpoints, which are slow: only readers, and without signals. */
	bool watch;
	struct diff_cell cell;
	struct diff_outcome out;
	/* Odd: in an operation. Each has numbers of its own. */
	unsigned long ops;
	bool done, abandoned;
	/* Odd: the operation is in the schedule() that it calls itself. */
	unsigned long schedules;
	/* The thread wants that somebody else has the mmap lock; he has it. */
	enum diff_lock wants_mmap_locked, mmap_locked;
	/* How often something has gone on that is no operation. */
	unsigned long other;
};

/* block.c: the thread sleeps in an operation. */
bool diff_walk_asleep_in_op(struct diff_walk *walk);
void diff_walk_end_block(struct diff_walk *walk);
/* Takes or drops the mmap lock for it. */
void diff_walk_follow_mmap_lock(struct diff_walk *walk);

#endif /* DIFF_CELLS_H */
