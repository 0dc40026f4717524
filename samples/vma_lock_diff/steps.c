// SPDX-License-Identifier: GPL-2.0
/*
 * What the hooks of a side do: nothing but the real thing.
 */
#include "diff.h"

#include <linux/export.h>
#include <linux/rcuwait.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

void vma_lock_diff_step(u32 point, const volatile void *addr)
{
}
EXPORT_SYMBOL_GPL(vma_lock_diff_step);

void vma_lock_diff_lockdep(bool acquire)
{
}
EXPORT_SYMBOL_GPL(vma_lock_diff_lockdep);

void vma_lock_diff_set_current_state(u32 state)
{
	set_current_state(state);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_set_current_state);

bool vma_lock_diff_signal_pending_state(u32 state)
{
	return signal_pending_state(state, current);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_signal_pending_state);

void vma_lock_diff_schedule(void)
{
	schedule();
	diff_cells_abandon();
}
EXPORT_SYMBOL_GPL(vma_lock_diff_schedule);

int vma_lock_diff_rcuwait_wake_up(struct rcuwait *w)
{
	return rcuwait_wake_up(w);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcuwait_wake_up);

void vma_lock_diff_finish_rcuwait(struct rcuwait *w)
{
	finish_rcuwait(w);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_finish_rcuwait);

void vma_lock_diff_rcu_read_lock(void)
{
	rcu_read_lock();
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcu_read_lock);

void vma_lock_diff_rcu_read_unlock(void)
{
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcu_read_unlock);

void vma_lock_diff_mmgrab(struct mm_struct *mm)
{
	mmgrab(mm);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_mmgrab);

void vma_lock_diff_mmdrop(struct mm_struct *mm)
{
	mmdrop(mm);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_mmdrop);
