// SPDX-License-Identifier: GPL-2.0
/*
 * Who takes part, and what all of them go by.
 */
#include "torture.h"

#include <linux/kthread.h>

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
