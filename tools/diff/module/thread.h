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
	/* Reading runs the code of one side, writing that of another. */
	const struct vma_lock_diff_side *readers, *writers;
	void (*role)(struct diff_thread *t);
	bool done, cancel;
	/* As a writer it attaches a VMA that it finds detached. */
	bool attaches;

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
	/* Whose turn is next, asked when thread @last stops; NULL ends the run. */
	struct diff_thread *(*next)(struct diff_thread *last);
	struct completion over;
	/* Who has the turn, and the how manieth it is. */
	struct diff_thread *turn;
	unsigned long turns;
	int mmap_owner, readers_in;
	bool writer_in, freed;
	u32 wrong;
};

extern struct diff_scene scene;

/* The scheduled thread that the caller is, or NULL. */
struct diff_thread *diff_thread_current(void);
/* steps.c: @t stops before an access, until it is its turn again. */
void diff_thread_stop(struct diff_thread *t, u32 point, const volatile void *addr);

/* scene.c */
void diff_scene_begin(const struct vma_lock_diff_side *readers,
		      const struct vma_lock_diff_side *writers,
		      void (*const role[DIFF_THREADS])(struct diff_thread *t));
int diff_scene_run(struct diff_thread *(*next)(struct diff_thread *last));
void diff_scene_end(void);
void diff_scene_outcome(char *text, size_t size, const char *blocked);
/* @t stops or is done; true: the turn is another's. */
bool diff_scene_hand_over(struct diff_thread *t);
/* The threads that can take a step, a bit for each. */
unsigned int diff_scene_enabled(void);
/* The first two threads play the same role. */
bool diff_scene_twins(void);
/* The index of the thread that waits, or -1. */
int diff_scene_waiter(void);

#endif /* DIFF_THREAD_H */
