// SPDX-License-Identifier: GPL-2.0
/*
 * Ends what an operation sleeps for. Nobody is there to do it, so the word is
 * noted, then words are tried until one wakes it: where it sleeps, and until
 * what, is an outcome too.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "cells.h"

#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcuwait.h>
#include <linux/rwsem.h>

/* Its schedule() is ours. */
static bool is_hooked(const struct diff_walk *walk)
{
	return walk->side != &diff_rust_side && walk->side != &diff_kernel_side;
}

/* The operation of that number is asleep: between two looks it cannot have ended. */
static bool asleep_in(struct diff_walk *walk, unsigned long op)
{
	bool asleep = diff_asleep(walk->thread);

	smp_rmb();
	return asleep && READ_ONCE(walk->ops) == op;
}

bool diff_walk_asleep_in_op(struct diff_walk *walk)
{
	const unsigned long op = smp_load_acquire(&walk->ops);

	return op & 1 && asleep_in(walk, op);
}

/* Until the thread has left this operation (true) or sleeps in it again. */
static bool left_op(struct diff_walk *walk, unsigned long op)
{
	do {
		cond_resched();
		if (smp_load_acquire(&walk->ops) != op)
			return true;
	} while (!asleep_in(walk, op));
	return false;
}

/* Somebody may have woken it for nothing, and it is about to sleep again. */
static u32 sleeping_state(struct diff_walk *walk)
{
	u32 state;

	do {
		cond_resched();
		state = READ_ONCE(walk->thread->__state);
	} while (!(state & TASK_NORMAL));
	return state;
}

void diff_walk_follow_mmap_lock(struct diff_walk *walk)
{
	const enum diff_lock wanted = READ_ONCE(walk->wants_mmap_locked);
	struct rw_semaphore *sem = &world.mm[0]->mmap_lock;

	if (wanted == walk->mmap_locked)
		return;
	if (wanted == DIFF_WRITE)
		down_write(sem);
	else if (wanted == DIFF_READ)
		down_read(sem);
	else if (walk->mmap_locked == DIFF_WRITE)
		up_write(sem);
	else
		up_read(sem);
	walk->other++;
	smp_store_mb(walk->mmap_locked, wanted);
	wake_up_process(walk->thread);
}

/* Not in its own schedule(), nor about to get there. */
static bool sleeps_elsewhere(struct diff_walk *walk, unsigned long op)
{
	const unsigned long schedules = smp_load_acquire(&walk->schedules);

	return !(schedules & 1) && asleep_in(walk, op) && READ_ONCE(walk->schedules) == schedules;
}

static bool wakes_at(struct diff_walk *walk, u32 word, unsigned long op)
{
	walk->other++;
	walk->out.block_until = word;
	atomic_set(&world.unwatched->vm_refcnt.refs, word);
	wake_up_process(walk->thread);
	return left_op(walk, op);
}

/* Tries the words that a waiter may wait for; those that it should not wait for come first. */
static bool ends(struct diff_walk *walk, unsigned long op)
{
	const struct diff_cell *cell = &walk->cell;
	const u32 until[] = {
		FLAG + 1, FLAG, walk->side->flag + 1, walk->side->flag, 1, 0, 2, FLAG + 2, FLAG - 1,
	};

	const bool detaches = cell->op == OP_mark_detached;

	if (cell->signal == SIGNAL_NONE && !cell->other_mm && cell->write_locked == detaches) {
		for (u32 readers = 8; readers > 1; readers--)
			if (wakes_at(walk, readers, op) || wakes_at(walk, FLAG + readers, op))
				return true;
		if (wakes_at(walk, 0, op) || wakes_at(walk, 1, op) ||
		    wakes_at(walk, detaches ? FLAG + 1 : FLAG, op))
			return true;
	}
	for (int i = 0; i < ARRAY_SIZE(until); i++)
		if (wakes_at(walk, until[i], op))
			return true;
	return false;
}

/* The thread sleeps in an operation. */
void diff_walk_end_block(struct diff_walk *walk)
{
	struct diff_outcome *out = &walk->out;
	struct rcuwait *w = &world.unwatched->vm_mm->vma_writer_wait;
	const unsigned long op = walk->ops;

	if (walk->mmap_locked != DIFF_FREE) {
		out->mmap_state = sleeping_state(walk);
		WRITE_ONCE(walk->wants_mmap_locked, DIFF_FREE);
		diff_walk_follow_mmap_lock(walk);
		left_op(walk, op);
		return;
	}
	if (is_hooked(walk) && sleeps_elsewhere(walk, op))
		diff_log_give_up("waits in a way that states do not model", walk->thread);

	out->blocked = true;
	out->block_word = atomic_read(&world.unwatched->vm_refcnt.refs);
	out->block_state = sleeping_state(walk);
	out->block_unseen = rcu_access_pointer(w->task) != walk->thread;
	if (ends(walk, op))
		return;

	out->block_endless = true;
	diff_disturb_stop();
	if (!is_hooked(walk)) {
		/* Its schedule() is the kernel's: it sleeps on, idly, in code that must stay. */
		WRITE_ONCE(walk->thread->__state, TASK_IDLE);
		__module_get(THIS_MODULE);
		put_task_struct(walk->thread);
	} else {
		WRITE_ONCE(walk->abandoned, true);
		get_task_struct(walk->thread);
		wake_up_process(walk->thread);
		kthread_stop_put(walk->thread);
	}
	diff_probes_end();
	diff_mmap_lock(&walk->cell, true);
	walk->ops++;
	diff_write_outcome(walk->log, &walk->cell, &walk->out);
	walk->next++;
	walk->thread = NULL;
	walk->abandoned = false;
}
