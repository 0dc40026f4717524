/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that run one at a time, from stop to stop.
 */
#ifndef DIFF_THREAD_H
#define DIFF_THREAD_H

#include "diff.h"

#include <linux/completion.h>

#define DIFF_THREADS 3

/* What must not happen, whoever wrote the code. */
enum {
	BOTH_IN		= 1 << 0,	/* a reader and a writer at once */
	READER_LEFT	= 1 << 1,	/* detached while there is a reader */
	USED_FREED	= 1 << 2,	/* the VMA used after the drop, when it had been freed */
	RELEASED_LATE	= 1 << 3,	/* lockdep told after the count was dropped */
	RCU_UNBALANCED	= 1 << 4,
};

struct diff_thread {
	struct task_struct *task;
	struct completion go;
	const struct vma_lock_diff_side *side;
	void (*role)(struct diff_thread *t);
	bool done, cancel;

	/* Where it stops: before what kind of access, to what. */
	u32 point;
	const volatile void *addr;
	u32 word_at_stop;
	bool dropped;

	/* In place of the task's own: who sleeps is known, not timed. */
	u32 state;
	bool sleeping, wants_mmap_lock, fatal;
	int rcu, lockdep;

	/* All that it has seen. Two runs with the same hash are at the same place. */
	u64 history;
	struct diff_seen seen;
	int ret;
};

struct diff_scene {
	struct diff_thread thread[DIFF_THREADS];
	int threads;
	struct completion stopped;
	int mmap_owner, readers_in;
	bool writer_in, freed;
	u32 wrong;
};

extern struct diff_scene scene;

/* The scheduled thread that the caller is, or NULL. */
struct diff_thread *diff_thread_current(void);
void diff_thread_stop(struct diff_thread *t, u32 point, const volatile void *addr);

#endif /* DIFF_THREAD_H */
