// SPDX-License-Identifier: GPL-2.0
/*
 * What the hooks of a side do. For a scheduled thread they stop, until it is
 * its turn again; sleeping, waking and RCU are then the module's own, so that a
 * stop may sleep anywhere. For everybody else they are the real thing.
 */
#include "states.h"
#include "thread.h"

#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/rcuwait.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

static u32 word(void)
{
	return atomic_read(&world.vma->vm_refcnt.refs);
}

static bool is_vma_word(const volatile void *addr)
{
	const struct vm_area_struct *vma = world.vma;

	return addr == &vma->vm_refcnt || addr == &vma->vm_lock_seq || addr == &vma->vm_mm;
}

static bool is_shared_word(const volatile void *addr)
{
	for (int i = 0; i < 2; i++)
		if (addr == &world.mm[i]->mm_lock_seq.sequence ||
		    addr == &world.mm[i]->vma_writer_wait.task)
			return true;
	return is_vma_word(addr);
}

/* Did the thread lower the count since its last stop? Nobody else has run. */
static bool lowered(const struct diff_thread *t)
{
	return t->point == POINT_RMW && t->addr == &world.vma->vm_refcnt &&
	       word() < t->word_at_stop;
}

static void note_use(struct diff_thread *t, const volatile void *addr)
{
	if (t->dropped && scene.freed && is_vma_word(addr))
		scene.wrong |= USED_FREED;
}

void diff_thread_stop(struct diff_thread *t, u32 point, const volatile void *addr)
{
	t->dropped |= lowered(t);
	t->point = point;
	t->addr = addr;
	if (diff_scene_hand_over(t))
		wait_for_completion(&t->go);
	if (t->cancel)
		kthread_complete_and_exit(NULL, 0);
	/* Here comes the access. */
	note_use(t, addr);
	t->word_at_stop = word();
}

/* No word that others can change now: looks at it can come at any time before. */
static bool is_stable(const struct diff_thread *t, const volatile void *addr)
{
	/* In use until the count is dropped, and afterwards maybe freed. */
	if (addr == &world.vma->vm_mm)
		return !t->dropped;
	return scene.mmap_owner == t - scene.thread &&
	       (addr == &world.vma->vm_lock_seq || addr == &world.mm[0]->mm_lock_seq.sequence);
}

void vma_lock_diff_step(u32 point, const volatile void *addr)
{
	struct diff_thread *t = diff_thread_current();

	if (!t || !is_shared_word(addr) || diff_in_assertion)
		return;
	t->dropped |= lowered(t);
	if (point != POINT_LOAD || !is_stable(t, addr))
		diff_thread_stop(t, point, addr);
	else
		note_use(t, addr);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_step);

void vma_lock_diff_lockdep(bool acquire)
{
	struct diff_thread *t = diff_thread_current();

	if (!t)
		return;
	if (!acquire && lowered(t) && word() < FLAG - 1 + FLAG && t->word_at_stop - word() == 1)
		scene.wrong |= RELEASED_LATE;
	t->lockdep += acquire ? 1 : -1;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_lockdep);

void vma_lock_diff_set_current_state(u32 state)
{
	struct diff_thread *t = diff_thread_current();

	if (!t) {
		set_current_state(state);
		return;
	}
	diff_thread_stop(t, POINT_STORE, &t->state);
	t->state = state;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_set_current_state);

bool vma_lock_diff_signal_pending_state(u32 state)
{
	struct diff_thread *t = diff_thread_current();

	if (!t)
		return signal_pending_state(state, current);
	return t->fatal && state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_signal_pending_state);

void vma_lock_diff_schedule(void)
{
	struct diff_thread *t = diff_thread_current();

	if (!t) {
		diff_cells_schedule();
		return;
	}
	t->sleeping = true;
	diff_thread_stop(t, POINT_LOAD, &t->state);
	t->sleeping = false;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_schedule);

int vma_lock_diff_rcuwait_wake_up(struct rcuwait *w)
{
	struct diff_thread *t = diff_thread_current();
	struct task_struct *task;

	if (!t)
		return rcuwait_wake_up(w);
	diff_thread_stop(t, POINT_LOAD, &w->task);
	task = rcu_access_pointer(w->task);
	for (int i = 0; i < scene.threads; i++) {
		struct diff_thread *waiter = &scene.thread[i];

		if (task == waiter->task && waiter->state & TASK_NORMAL) {
			waiter->state = TASK_RUNNING;
			return 1;
		}
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcuwait_wake_up);

void vma_lock_diff_finish_rcuwait(struct rcuwait *w)
{
	struct diff_thread *t = diff_thread_current();

	if (!t) {
		finish_rcuwait(w);
		return;
	}
	diff_thread_stop(t, POINT_STORE, &w->task);
	rcu_assign_pointer(w->task, NULL);
	t->state = TASK_RUNNING;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_finish_rcuwait);

void vma_lock_diff_rcu_read_lock(void)
{
	struct diff_thread *t = diff_thread_current();

	if (t)
		t->rcu++;
	else
		rcu_read_lock();
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcu_read_lock);

void vma_lock_diff_rcu_read_unlock(void)
{
	struct diff_thread *t = diff_thread_current();

	if (t)
		t->rcu--;
	else
		rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcu_read_unlock);

int vma_lock_diff_rcu_read_lock_held(void)
{
	struct diff_thread *t = diff_thread_current();

	return t ? t->rcu > 0 : diff_rcu_held();
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcu_read_lock_held);
