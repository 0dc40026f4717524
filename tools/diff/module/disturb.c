// SPDX-License-Identifier: GPL-2.0
/*
 * With disturb=1: interrupts and another task that do, beside every operation,
 * what the protocol does too. It is not the protocol's doing, so nothing that is
 * written down may become other by it.
 */
#include "diff.h"

#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/maple_tree.h>
#include <linux/moduleparam.h>
#include <linux/rcuwait.h>

static bool disturb;
module_param(disturb, bool, 0444);
MODULE_PARM_DESC(disturb, "Wakeups and lookups that the protocol did not cause (for tests)");

static struct hrtimer timer;
static struct rcuwait stranger;
static struct task_struct *meddler, *victim;

/* As the timers of RCU's tasks flavours do: with the interrupted task as current. */
static enum hrtimer_restart interrupt(struct hrtimer *t)
{
	MA_STATE(mas, &world.mm[1]->mm_mt, 0, 0);

	rcuwait_wake_up(&stranger);
	rcuwait_wake_up(&world.mm[1]->vma_writer_wait);
	rcu_read_lock();
	mas_walk(&mas);
	rcu_read_unlock();
	hrtimer_forward_now(t, ns_to_ktime(100 * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static int meddle(void *unused)
{
	while (!kthread_should_stop()) {
		wake_up_process(diff_sleeper);
		wake_up_process(victim);
		usleep_range(200, 400);
	}
	return 0;
}

int diff_disturb_start(struct task_struct *walker)
{
	if (!disturb)
		return 0;
	rcuwait_init(&stranger);
	hrtimer_setup(&timer, interrupt, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	meddler = kthread_create(meddle, NULL, "vma_lock_meddle");
	if (IS_ERR(meddler))
		return PTR_ERR(meddler);
	victim = get_task_struct(walker);
	kthread_bind(meddler, 0);
	get_task_struct(meddler);
	wake_up_process(meddler);
	/* Here the walker is as well. */
	hrtimer_start(&timer, ns_to_ktime(0), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

void diff_disturb_stop(void)
{
	if (meddler) {
		hrtimer_cancel(&timer);
		kthread_stop_put(meddler);
	}
	if (victim)
		put_task_struct(victim);
	meddler = victim = NULL;
}
