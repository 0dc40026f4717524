// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation in every state: one cell each.
 *
 * A thread walks through the cells. Where an operation goes to sleep, block.c sees
 * to it that it wakes up again.
 *
 * All of them share a CPU. The thread comes before who watches it, so that it is
 * only watched when it sleeps, and nobody waits for a CPU that the host is not running.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "cells.h"

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

static struct diff_walk *walking;

/* A planted waiter: a task that sleeps. */
static int sleep_thread(void *unused)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
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

static void let_mmap_lock(struct diff_walk *walk, enum diff_lock locked)
{
	WRITE_ONCE(walk->wants_mmap_locked, locked);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(walk->mmap_locked) == locked)
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static int run_cell(struct diff_walk *walk)
{
	const struct diff_cell *cell = &walk->cell;
	const enum diff_lock somebody_else = cell->place ? cell->place->mmap_locked : DIFF_FREE;
	struct diff_outcome *out = &walk->out;
	int rcu, preempt, unlocked, lockdep, err;

	*out = (struct diff_outcome){ };
	err = diff_set_up(cell, diff_sleeper);
	if (err)
		return err;
	/* Or it cannot be woken. */
	while (!diff_asleep(diff_sleeper))
		cond_resched();
	/* Before RCU is held: it sleeps. */
	let_mmap_lock(walk, somebody_else);
	/* Where RCU is not preemptible, who holds it has switched preemption off. */
	unlocked = preempt_count();
	diff_take_locks(cell);
	out->mmap_lock_before = somebody_else ? DIFF_FREE : diff_mmap_lock(cell, false);
	if (cell->signal != SIGNAL_NONE)
		send_sig(cell->signal == SIGNAL_FATAL ? SIGKILL : SIGUSR1, current, 1);

	rcu = rcu_preempt_depth();
	preempt = preempt_count();
	lockdep = held_locks();
	smp_store_release(&walk->ops, walk->ops + 1);
	diff_asserts_begin(atomic_read(&world.unwatched->vm_refcnt.refs));
	diff_probes_begin(&out->seen, cell);
	out->ret = walk->side->op[cell->op](world.mm[0], world.vma);
	diff_probes_end();
	smp_store_release(&walk->ops, walk->ops + 1);

	out->running = READ_ONCE(current->__state) == TASK_RUNNING;
	__set_current_state(TASK_RUNNING);
	out->rcu = rcu_preempt_depth() - rcu;
	out->preempt = preempt_count() - preempt;
	out->lockdep = held_locks() - lockdep;
	while (rcu_preempt_depth() > 0)
		rcu_read_unlock();
	while (rcu_preempt_depth() < 0)
		rcu_read_lock();
	preempt_count_set(unlocked);
	release_vma_maps();
	out->stale = rcu_access_pointer(world.mm[0]->vma_writer_wait.task) == current ||
		     rcu_access_pointer(world.mm[1]->vma_writer_wait.task) == current;
	flush_signals(current);
	let_mmap_lock(walk, DIFF_FREE);
	out->mmap_lock = diff_mmap_lock(cell, true);
	out->word = atomic_read(&world.unwatched->vm_refcnt.refs);
	out->other_word = atomic_read(&world.other->vm_refcnt.refs);
	out->seq = world.unwatched->vm_lock_seq;
	out->mm_seq = world.unwatched->vm_mm->mm_lock_seq.sequence;
	for (int i = 0; i < 2; i++)
		out->mm_count[i] = atomic_read(&world.mm[i]->mm_count) - 10;
	return 0;
}

static bool to_be_run(const struct diff_walk *walk)
{
	return walk->cell.worth_it &&
	       (!walk->watch || (diff_is_reader(walk->cell.op) && walk->cell.signal == SIGNAL_NONE));
}

static bool is_applicable(const struct diff_walk *walk)
{
	/* The mmap write lock sees to it that there is one waiter only. */
	return walk->side->op[walk->cell.op] && !(diff_is_writer(walk->cell.op) && walk->cell.waiter);
}

static int walk_thread(void *data)
{
	struct diff_walk *walk = data;

	allow_signal(SIGKILL);
	allow_signal(SIGUSR1);
	while (diff_cell_nr(walk->next, &walk->cell)) {
		if (!is_applicable(walk)) {
			walk->not_applicable += to_be_run(walk);
		} else if (to_be_run(walk)) {
			walk->run++;
			diff_write_key(walk->log, &walk->cell, walk->watch);
			walk->err = run_cell(walk);
			if (walk->err)
				break;
			diff_write_outcome(walk->log, &walk->cell, &walk->out);
		}
		smp_store_release(&walk->next, walk->next + 1);
		cond_resched();
	}
	smp_store_release(&walk->done, true);
	return 0;
}

void vma_lock_diff_schedule(void)
{
	struct diff_walk *walk = walking;

	if (!walk || current != walk->thread) {
		schedule();
		return;
	}
	smp_store_release(&walk->schedules, walk->schedules + 1);
	schedule();
	smp_store_release(&walk->schedules, walk->schedules + 1);
	/* The way out of a wait that nothing ends. */
	if (READ_ONCE(walk->abandoned))
		kthread_complete_and_exit(NULL, 0);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_schedule);

/* On another CPU, if there is one. */
static int watch_thread(void *data)
{
	struct diff_walk *walk = data;
	struct diff_watchdog dog = { };

	while (!kthread_should_stop()) {
		usleep_range(20 * USEC_PER_MSEC, 21 * USEC_PER_MSEC);
		diff_watchdog_look(&dog, READ_ONCE(walk->ops) + READ_ONCE(walk->next) + READ_ONCE(walk->other),
				   READ_ONCE(walk->thread));
	}
	return 0;
}

static struct task_struct *start_watch(struct diff_walk *walk)
{
	struct task_struct *watch = kthread_create(watch_thread, walk, "vma_lock_watch");

	if (!IS_ERR(watch)) {
		kthread_bind(watch, 0);
		sched_set_fifo(watch);
		wake_up_process(watch);
	}
	return watch;
}

static int start_walk(struct diff_walk *walk)
{
	struct task_struct *thread = kthread_create(walk_thread, walk, "vma_lock_diff");

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	kthread_bind(thread, walk->cpu);
	sched_set_fifo_low(thread);
	walk->thread = thread;
	get_task_struct(thread);
	wake_up_process(thread);
	return diff_disturb_start(thread);
}

static int walk_all(struct diff_walk *walk)
{
	int err = 0;

	walk->next = 0;
	walk->thread = NULL;
	walk->done = false;
	while (!err && !smp_load_acquire(&walk->done)) {
		if (!walk->thread)
			err = start_walk(walk);
		else if (diff_walk_asleep_in_op(walk))
			diff_walk_end_block(walk);
		diff_walk_follow_mmap_lock(walk);
		cond_resched();
	}
	diff_disturb_stop();
	if (walk->thread)
		kthread_stop_put(walk->thread);
	return err ?: walk->err;
}

int diff_cells_run(const struct vma_lock_diff_side *side, struct diff_log *log)
{
	struct diff_walk walk = { .side = side, .log = log, .cpu = cpumask_last(cpu_online_mask) };
	struct task_struct *watch;
	int err = set_cpus_allowed_ptr(current, cpumask_of(walk.cpu));

	if (err)
		return err;
	watch = start_watch(&walk);
	if (IS_ERR(watch))
		return PTR_ERR(watch);
	walking = &walk;
	err = walk_all(&walk);
	if (!err && !diff_watch_start()) {
		walk.watch = true;
		err = walk_all(&walk);
		diff_watch_stop();
	}
	walking = NULL;
	kthread_stop(watch);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	diff_log_printf(log, "cells %d not-applicable %d watchpoints %d\n", walk.run,
			walk.not_applicable, walk.watch);
	return err;
}

int diff_cells_init(void)
{
	diff_sleeper = kthread_create(sleep_thread, NULL, "vma_lock_sleep");
	if (IS_ERR(diff_sleeper))
		return PTR_ERR(diff_sleeper);
	kthread_bind(diff_sleeper, cpumask_last(cpu_online_mask));
	/* Back to sleep before all others go on. */
	sched_set_fifo(diff_sleeper);
	wake_up_process(diff_sleeper);
	return 0;
}

void diff_cells_exit(void)
{
	kthread_stop(diff_sleeper);
}
