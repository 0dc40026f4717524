// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation in every state: one cell each.
 *
 * A thread walks through the cells. Where an operation goes to sleep because
 * nobody is there to end its wait, the word is noted, then words are tried
 * until one wakes it: where it sleeps, and until what, is an outcome too.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "diff.h"

#include <linux/kthread.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

static const u32 words[] = {
	0, 1, 2, 3,
	VM_REFCNT_LIMIT - 1, VM_REFCNT_LIMIT, FLAG, FLAG + 1, FLAG + 2, FLAG + 3,
	FLAG | FLAG >> 1, INT_MAX - 1, INT_MAX, 1U << 31, (1U << 31) + 1,
	3 * FLAG - 1, 3 * FLAG, 3 * FLAG + 1, 3 * FLAG + 2, 0U - 2, 0U - 1,
};

static const char *const op_names[] = {
#define X(name) #name,
	VMA_LOCK_DIFF_OPS(X)
#undef X
};

enum { SIGNAL_NONE, SIGNAL_NONFATAL, SIGNAL_FATAL, NR_SIGNALS };

struct cell {
	enum vma_lock_diff_op op;
	u32 word;
	bool write_locked, other_mm, waiter;
	int signal;
};

struct outcome {
	struct diff_seen seen;
	int ret, rcu, preempt, lockdep;
	u32 word, seq, mm_seq;
	int mm_count[2];
	bool woken, running, stale;
	/* Asleep at this word, in this state, seen by wakers or not, until that word. */
	u32 block_word, block_state, block_until;
	bool blocked, block_unseen, block_endless;
};

/* The sequence of a write-locked mm, and the VMA's if it is not write-locked. */
#define MM_SEQ	5
#define OLD_SEQ	3

struct walk {
	const struct vma_lock_diff_side *side;
	struct diff_log *log;
	struct task_struct *thread;
	int next;
	int run, not_applicable;
	/* With watchpoints, which are slow: only readers, and without signals. */
	bool watch;
	struct cell cell;
	struct outcome out;
	bool in_op, done, abandoned;
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

static bool cell_nr(int nr, struct cell *cell)
{
	cell->signal = nr % NR_SIGNALS;
	nr /= NR_SIGNALS;
	cell->waiter = nr % 2;
	nr /= 2;
	cell->other_mm = nr % 2;
	nr /= 2;
	cell->write_locked = nr % 2;
	nr /= 2;
	cell->word = words[nr % ARRAY_SIZE(words)];
	nr /= ARRAY_SIZE(words);
	cell->op = nr;
	return nr < NR_OPS;
}

static bool is_writer(enum vma_lock_diff_op op)
{
	return op == OP_start_write || op == OP_start_write_killable || op == OP_mark_detached;
}

static bool is_reader(enum vma_lock_diff_op op)
{
	return op == OP_refcount_put || op == OP_end_read || op == OP_start_read;
}

static bool needs_mmap_lock(enum vma_lock_diff_op op)
{
	return !is_reader(op) && op != OP_is_attached && op != OP_start_read_locked;
}

static void set_up(const struct cell *cell)
{
	for (int i = 0; i < 2; i++) {
		world.mm[i]->mm_lock_seq.sequence = MM_SEQ;
		rcu_assign_pointer(world.mm[i]->vma_writer_wait.task, NULL);
		atomic_set(&world.mm[i]->mm_count, 10);
	}
	world.vma->vm_mm = world.mm[cell->other_mm];
	world.vma->vm_lock_seq = cell->write_locked ? MM_SEQ : OLD_SEQ;
	atomic_set(&world.vma->vm_refcnt.refs, cell->word);
	if (cell->waiter)
		rcu_assign_pointer(world.vma->vm_mm->vma_writer_wait.task, sleeper);
}

static int held_locks(void)
{
#ifdef CONFIG_LOCKDEP
	return current->lockdep_depth;
#else
	return 0;
#endif
}

static void take_locks(const struct cell *cell)
{
	struct mm_struct *mm = world.vma->vm_mm;

	if (needs_mmap_lock(cell->op))
		down_write(&mm->mmap_lock);
	else if (cell->op == OP_start_read_locked)
		down_read(&mm->mmap_lock);
#ifdef CONFIG_PER_VMA_LOCK
	if (cell->op == OP_refcount_put || cell->op == OP_end_read)
		__vma_lockdep_acquire_read(world.vma);
#endif
	if (cell->op == OP_start_read)
		rcu_read_lock();
}

static void drop_locks(const struct cell *cell)
{
	struct mm_struct *mm = world.vma->vm_mm;

	if (needs_mmap_lock(cell->op))
		up_write(&mm->mmap_lock);
	else if (cell->op == OP_start_read_locked)
		up_read(&mm->mmap_lock);
}

static void run_cell(struct walk *walk)
{
	const struct cell *cell = &walk->cell;
	struct outcome *out = &walk->out;
	unsigned int woken = sleeper_count();
	int rcu, preempt, lockdep;

	*out = (struct outcome){ };
	set_up(cell);
	take_locks(cell);
	if (cell->signal != SIGNAL_NONE)
		send_sig(cell->signal == SIGNAL_FATAL ? SIGKILL : SIGUSR1, current, 1);

	rcu = rcu_preempt_depth();
	preempt = preempt_count();
	lockdep = held_locks();
	WRITE_ONCE(walk->in_op, true);
	diff_probes_begin(&out->seen);
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
	out->stale = rcu_access_pointer(world.mm[0]->vma_writer_wait.task) == current ||
		     rcu_access_pointer(world.mm[1]->vma_writer_wait.task) == current;
	flush_signals(current);
	drop_locks(cell);
	out->word = atomic_read(&world.vma->vm_refcnt.refs);
	out->seq = world.vma->vm_lock_seq;
	out->mm_seq = world.vma->vm_mm->mm_lock_seq.sequence;
	for (int i = 0; i < 2; i++)
		out->mm_count[i] = atomic_read(&world.mm[i]->mm_count) - 10;
	out->woken = sleeper_count() != woken;
}

/* "op word write-locked other-mm waiter signal: outcome"; what is as always is left out. */
static void write_cell(struct walk *walk)
{
	const struct cell *c = &walk->cell;
	const struct outcome *o = &walk->out;
	struct diff_log *log = walk->log;

	diff_log_printf(log, "%s%s %08x %d %d %d %d: ret=%d word=%08x", op_names[c->op],
			walk->watch ? "@watch" : "", c->word, c->write_locked, c->other_mm,
			c->waiter, c->signal, o->ret, o->word);
	if (o->seq != (c->write_locked ? MM_SEQ : OLD_SEQ))
		diff_log_printf(log, o->seq == MM_SEQ ? " seq=mm" : " seq=%08x", o->seq);
	if (o->mm_seq != MM_SEQ)
		diff_log_printf(log, " mm_seq=%+d", (int)(o->mm_seq - MM_SEQ));
	if (o->blocked)
		diff_log_printf(log, " blocks=%08x,%s%s", o->block_word,
				o->block_state & TASK_WAKEKILL ? "killable" : "uninterruptible",
				o->block_unseen ? ",unseen" : "");
	if (o->blocked && o->block_endless)
		diff_log_printf(log, " until=never");
	else if (o->blocked)
		diff_log_printf(log, " until=%08x", o->block_until);
	for (int i = 0; i < ARRAY_SIZE(o->seen.saturated); i++)
		if (o->seen.saturated[i])
			diff_log_printf(log, " saturates=%d*%d", i, o->seen.saturated[i]);
	if (o->seen.warns)
		diff_log_printf(log, " warns=%d", o->seen.warns);
	for (int i = 0; i < ARRAY_SIZE(o->seen.wakes); i++)
		if (o->seen.wakes[i])
			diff_log_printf(log, " wakes=%s*%d",
					i == 2 ? "stranger" : i == c->other_mm ? "vm_mm" : "not-vm_mm",
					o->seen.wakes[i]);
	if (o->woken)
		diff_log_printf(log, " woken");
	if (o->rcu)
		diff_log_printf(log, " rcu=%+d", o->rcu);
	if (o->preempt)
		diff_log_printf(log, " preempt=%+d", o->preempt);
	if (o->lockdep)
		diff_log_printf(log, " lockdep=%+d", o->lockdep);
	for (int i = 0; i < 2; i++)
		if (o->mm_count[i])
			diff_log_printf(log, " mm_count%d=%+d", i, o->mm_count[i]);
	if (o->stale)
		diff_log_printf(log, " leaves-waiter");
	if (!o->running && !o->block_endless)
		diff_log_printf(log, " not-running");
	if (o->seen.late)
		diff_log_printf(log, " late-touch");
	if (o->seen.grabbed)
		diff_log_printf(log, " grabbed=%+d", o->seen.grabbed);
	diff_log_printf(log, "\n");
}

static int walk_thread(void *data)
{
	struct walk *walk = data;

	allow_signal(SIGKILL);
	allow_signal(SIGUSR1);
	while (cell_nr(walk->next, &walk->cell)) {
		if (is_writer(walk->cell.op) && walk->cell.waiter) {
			/* The mmap write lock sees to it that there is one waiter only. */
			walk->not_applicable += !walk->watch;
		} else if (!walk->watch ||
			   (is_reader(walk->cell.op) && walk->cell.signal == SIGNAL_NONE)) {
			walk->run++;
			run_cell(walk);
			write_cell(walk);
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

/* The thread sleeps in an operation: tries the words that a waiter may wait for. */
static void end_block(struct walk *walk)
{
	const u32 until[] = {
		FLAG + 1, FLAG, walk->side->flag + 1, walk->side->flag, 1, 0, 2, FLAG + 2, FLAG - 1,
	};
	struct outcome *out = &walk->out;
	struct rcuwait *w = &world.vma->vm_mm->vma_writer_wait;
	int nr = walk->next;

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
	write_cell(walk);
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
		cond_resched();
	}
	if (walk->thread)
		kthread_stop_put(walk->thread);
	return err;
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
