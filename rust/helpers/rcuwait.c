// SPDX-License-Identifier: GPL-2.0

#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

__rust_helper void vma_lock_helper_prepare_to_rcuwait(struct rcuwait *w)
{
	prepare_to_rcuwait(w);
}

__rust_helper void vma_lock_helper_set_current_state(unsigned int state)
{
	set_current_state(state);
}

__rust_helper bool vma_lock_helper_signal_pending_state(unsigned int state)
{
	return signal_pending_state(state, current);
}
