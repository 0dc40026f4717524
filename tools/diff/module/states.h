/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states that every operation is tried in.
 */
#ifndef DIFF_STATES_H
#define DIFF_STATES_H

#include "diff.h"

enum diff_lock { DIFF_FREE, DIFF_READ, DIFF_WRITE };

/* Where a looked-up VMA is, or what else is not as an operation asks for. */
struct diff_place {
	const char *name;
	/* The VMA as its fields say, by its distance from VMA_LOCK_DIFF_ADDRESS. */
	long start, end;
	enum diff_tree {
		/* In the tree: nothing; the VMA; it, behind a gap; it, with another one in the gap. */
		TREE_EMPTY, TREE_HERE, TREE_AHEAD, TREE_FILLED,
	} tree;
	/* The mmap lock was not write-locked when the operation began ... */
	bool mmap_unlocked;
	/* ... but the address space changes after the first look. */
	bool changes;
	/* Somebody else has the mmap lock; whoever wants to write-lock it would spin for long on a writer. */
	enum diff_lock mmap_locked;
	/* What the caller has of it instead of what the operation asks of him. */
	bool no_mmap_lock, read_lock;
	/* Asked, RCU is not held. */
	bool no_rcu;
};

enum { SIGNAL_NONE, SIGNAL_NONFATAL, SIGNAL_FATAL, NR_SIGNALS };

struct diff_cell {
	enum vma_lock_diff_op op;
	/* NULL: nothing to look up, and all as it should be. */
	const struct diff_place *place;
	u32 word;
	bool write_locked, other_mm, waiter;
	int signal;
	/* The sequences of the mms and of the VMA at the start. */
	u32 mm_seq, vma_seq;
	/* The rest would tell nothing new. */
	bool worth_it;
};

/* The first ones, false: no more. */
bool diff_cell_nr(int nr, struct diff_cell *cell);

bool diff_is_writer(enum vma_lock_diff_op op);
bool diff_is_reader(enum vma_lock_diff_op op);

/* Makes the world so; may sleep. -ENOMEM. */
int diff_set_up(const struct diff_cell *cell, struct task_struct *waiter);

/* What the caller of the operation holds. */
void diff_take_locks(const struct diff_cell *cell);
/* Of the mmap lock of the mm in question, if nobody else comes in between; @drop: and no more. */
enum diff_lock diff_mmap_lock(const struct diff_cell *cell, bool drop);

/* Before the lookup number @n, from 0, of the operation. True: it finds nothing. */
bool diff_look(const struct diff_cell *cell, int n, struct ma_state *mas);

struct diff_outcome {
	struct diff_seen seen;
	int ret, rcu, preempt, lockdep;
	u32 word, other_word, seq, mm_seq;
	int mm_count[2];
	bool running, stale;
	/* Asleep at this word, in this state, seen by wakers or not, until that word. */
	u32 block_word, block_state, block_until;
	bool blocked, block_unseen, block_endless;
	/* Asleep in this state until it got the mmap lock. */
	u32 mmap_state;
	enum diff_lock mmap_lock_before, mmap_lock;
};

/* outcome.c */
void diff_write_key(struct diff_log *log, const struct diff_cell *c, bool watched);
void diff_write_outcome(struct diff_log *log, const struct diff_cell *c, const struct diff_outcome *o);

/* asserts.c */
void diff_asserts_begin(u32 word);

/* probes.c: where what the current task does is noted, or NULL; the cell that it is in, or NULL. */
struct diff_seen *diff_noted(void);
const struct diff_cell *diff_watched_cell(void);
/* The condition of an assertion is being evaluated that the kernel leaves out (asserts.c). */
extern bool diff_in_assertion;

#endif /* DIFF_STATES_H */
