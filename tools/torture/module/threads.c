// SPDX-License-Identifier: GPL-2.0
/*
 * Who takes part, and what all of them go by.
 */
#include "torture.h"

#include <linux/kthread.h>
#include <linux/torture.h>

unsigned int torture_delay_us, torture_long_hold;
char *torture_live_comm;
struct torture_thread *torture_threads;
unsigned int torture_nr_threads;

struct torture_thread torture_main_thread = {
	.lock = __SPIN_LOCK_UNLOCKED(torture_main_thread.lock),
};

struct torture_thread *torture_current(void)
{
	return current->flags & PF_KTHREAD ? kthread_data(current) : &torture_main_thread;
}

int torture_run(struct torture_thread *t, void (*step)(struct torture_thread *t), char *name)
{
	do {
		step(t);
		WRITE_ONCE(t->steps, t->steps + 1);
		stutter_wait(name);
	} while (!torture_must_stop());
	torture_kthread_stopping(name);
	return 0;
}
