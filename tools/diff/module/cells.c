// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation in every state: one cell each.
 *
 * A thread walks through the cells. Where an operation goes to sleep because
 * nobody is there to end its wait, the word is noted, then words are tried
 * until one wakes it: where it sleeps, and until what, is an outcome too.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "states.h"

#include <linux/kthread.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

struct walk {
	const struct vma_lock_diff_side *side;
	struct diff_log *log;
	struct task_struct *thread;
	int next;
	int run, not_applicable, err;
	/* With watchpoints, which are slow: only readers, and without signals. */
	bool watch;
	struct diff_cell cell;
	struct diff_outcome out;
	bool in_op, done, abandoned;
	/* The thread wants that somebody else has the mmap lock; he has it. */
	bool wants_mmap_locked, mmap_locked;
};

static struct walk *walking;

/* A planted waiter: a task that sleeps, and counts how often it was woken. */
static struct task_struct *sleeper;
static unsigned int sleeper_woken;

static int sleep_thread(void *unused)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
		WRITE_ONCE(sleeper_woken, sleeper_woken + 1);
	}
	return 0;
}

static unsigned int sleeper_count(void)
{
	while (!diff_asleep(sleeper))
		cond_resched();
	return READ_ONCE(sleeper_woken);
}

static int held_locks(void)
{
#ifdef CONFIG_LOCKDEP
	return current->lockdep_depth;
#else
	return 0;
#endif
}

/* What a reader that locked a VMA still holds, by lockdep's account. */
static void release_vma_maps(void)
{
#ifdef CONFIG_LOCKDEP
	for (int i = current->lockdep_depth - 1; i >= 0; i--) {
		struct lockdep_map *map = current->held_locks[i].instance;

		if (map == &world.vma->vmlock_dep_map || map == &world.other->vmlock_dep_map)
			lock_release(map, _RET_IP_);
	}
#endif
}

static void let_mmap_lock(struct walk *walk, bool locked)
{
	WRITE_ONCE(walk->wants_mmap_locked, locked);
	while (READ_ONCE(walk->mmap_locked) != locked)
		cond_resched();
}

static int run_cell(struct walk *walk)
{
	const struct diff_cell *cell = &walk->cell;
	struct diff_outcome *out = &walk->out;
	unsigned int woken = sleeper_count();
	int rcu, preempt, lockdep, err;

	*out = (struct diff_outcome){ };
	err = diff_set_up(cell, sleeper);
	if (err)
		return err;
	let_mmap_lock(walk, cell->place && cell->place->mmap_locked);
	diff_take_locks(cell);
	if (cell->signal != SIGNAL_NONE)
		send_sig(cell->signal == SIGNAL_FATAL ? SIGKILL : SIGUSR1, current, 1);

	rcu = rcu_preempt_depth();
	preempt = preempt_count();
	lockdep = held_locks();
	WRITE_ONCE(walk->in_op, true);
	diff_probes_begin(&out->seen, cell);
	out->ret = walk->side->op[cell->op](world.mm[0], world.vma);
	diff_probes_end();
	WRITE_ONCE(walk->in_op, false);

	out->running = READ_ONCE(current->__state) == TASK_RUNNING;
	__set_current_state(TASK_RUNNING);
	out->rcu = rcu_preempt_depth() - rcu;
	out->preempt = preempt_count() - preempt;
	out->lockdep = held_locks() - lockdep;
	while (rcu_preempt_depth())
		rcu_read_unlock();
	preempt_count_set(preempt);
	release_vma_maps();
	out->stale = rcu_access_pointer(world.mm[0]->vma_writer_wait.task) == current ||
		     rcu_access_pointer(world.mm[1]->vma_writer_wait.task) == current;
	flush_signals(current);
	diff_drop_locks(cell);
	let_mmap_lock(walk, false);
	out->word = atomic_read(&world.vma->vm_refcnt.refs);
	out->other_word = atomic_read(&world.other->vm_refcnt.refs);
	out->seq = world.vma->vm_lock_seq;
	out->mm_seq = world.vma->vm_mm->mm_lock_seq.sequence;
	for (int i = 0; i < 2; i++)
		out->mm_count[i] = atomic_read(&world.mm[i]->mm_count) - 10;
	out->woken = sleeper_count() != woken;
	return 0;
}

static bool to_be_run(const struct walk *walk)
{
	return !walk->watch || (diff_is_reader(walk->cell.op) && walk->cell.signal == SIGNAL_NONE);
}

static bool is_applicable(const struct walk *walk)
{
	/* The mmap write lock sees to it that there is one waiter only. */
	return walk->side->op[walk->cell.op] && !(diff_is_writer(walk->cell.op) && walk->cell.waiter);
}

static int walk_thread(void *data)
{
	struct walk *walk = data;

	allow_signal(SIGKILL);
	allow_signal(SIGUSR1);
	while (diff_cell_nr(walk->next, &walk->cell)) {
		if (!is_applicable(walk)) {
			walk->not_applicable += to_be_run(walk);
		} else if (to_be_run(walk)) {
			walk->run++;
			walk->err = run_cell(walk);
			if (walk->err)
				break;
			diff_write_cell(walk->log, &walk->cell, &walk->out, walk->watch);
		}
		smp_store_release(&walk->next, walk->next + 1);
		cond_resched();
	}
	smp_store_release(&walk->done, true);
	return 0;
}

/* In the C sides' schedule(): the way out of a wait that nothing ends. */
void diff_cells_abandon(void)
{
	if (walking && READ_ONCE(walking->abandoned) && current == walking->thread)
		kthread_complete_and_exit(NULL, 0);
}

static bool asleep_in_op(struct walk *walk)
{
	return READ_ONCE(walk->in_op) && diff_asleep(walk->thread);
}

/* Until the thread has left this cell (true) or sleeps in it again. */
static bool left_cell(struct walk *walk, int nr)
{
	bool asleep;

	do {
		cond_resched();
		if (!READ_ONCE(walk->in_op))
			return true;
		asleep = asleep_in_op(walk);
		/* It may have got on to the next cell, and sleep there. */
		smp_rmb();
		if (READ_ONCE(walk->next) != nr)
			return true;
	} while (!asleep);
	return false;
}

static void follow_mmap_lock(struct walk *walk)
{
	bool locked = READ_ONCE(walk->wants_mmap_locked);

	if (locked == walk->mmap_locked)
		return;
	if (locked)
		down_write(&world.mm[0]->mmap_lock);
	else
		up_write(&world.mm[0]->mmap_lock);
	WRITE_ONCE(walk->mmap_locked, locked);
}

/* The thread sleeps in an operation: tries the words that a waiter may wait for. */
static void end_block(struct walk *walk)
{
	const u32 until[] = {
		FLAG + 1, FLAG, walk->side->flag + 1, walk->side->flag, 1, 0, 2, FLAG + 2, FLAG - 1,
	};
	struct diff_outcome *out = &walk->out;
	struct rcuwait *w = &world.vma->vm_mm->vma_writer_wait;
	int nr = walk->next;

	if (walk->mmap_locked) {
		out->mmap_state = READ_ONCE(walk->thread->__state);
		WRITE_ONCE(walk->wants_mmap_locked, false);
		follow_mmap_lock(walk);
		left_cell(walk, nr);
		return;
	}

	out->blocked = true;
	out->block_word = atomic_read(&world.vma->vm_refcnt.refs);
	out->block_state = READ_ONCE(walk->thread->__state);
	out->block_unseen = rcu_access_pointer(w->task) != walk->thread;

	for (int i = 0; i < ARRAY_SIZE(until); i++) {
		out->block_until = until[i];
		atomic_set(&world.vma->vm_refcnt.refs, until[i]);
		wake_up_process(walk->thread);
		if (left_cell(walk, nr))
			return;
	}

	out->block_endless = true;
	if (walk->side == &diff_rust_side) {
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
	up_write(&world.vma->vm_mm->mmap_lock);
	WRITE_ONCE(walk->in_op, false);
	diff_write_cell(walk->log, &walk->cell, &walk->out, walk->watch);
	walk->next++;
	walk->thread = NULL;
	WRITE_ONCE(walk->abandoned, false);
}

static int start_walk(struct walk *walk)
{
	struct task_struct *thread = kthread_create(walk_thread, walk, "vma_lock_diff");

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	walk->thread = thread;
	get_task_struct(thread);
	wake_up_process(thread);
	return 0;
}

static int walk_all(struct walk *walk)
{
	int err = 0;

	walk->next = 0;
	walk->thread = NULL;
	walk->done = false;
	while (!err && !smp_load_acquire(&walk->done)) {
		if (!walk->thread)
			err = start_walk(walk);
		else if (asleep_in_op(walk))
			end_block(walk);
		follow_mmap_lock(walk);
		cond_resched();
	}
	if (walk->thread)
		kthread_stop_put(walk->thread);
	return err ?: walk->err;
}

int diff_cells_run(const struct vma_lock_diff_side *side, struct diff_log *log)
{
	struct walk walk = { .side = side, .log = log };
	int err;

	walking = &walk;
	err = walk_all(&walk);
	if (!err && !diff_watch_start()) {
		walk.watch = true;
		err = walk_all(&walk);
		diff_watch_stop();
	}
	walking = NULL;
	diff_log_printf(log, "cells %d not-applicable %d watchpoints %d\n", walk.run,
			walk.not_applicable, walk.watch);
	return err;
}

int diff_cells_init(void)
{
	sleeper = kthread_run(sleep_thread, NULL, "vma_lock_sleep");
	return PTR_ERR_OR_ZERO(sleeper);
}

void diff_cells_exit(void)
{
	kthread_stop(sleeper);
}
