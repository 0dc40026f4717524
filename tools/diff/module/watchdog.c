// SPDX-License-Identifier: GPL-2.0
/*
 * What hangs or crashes is told to the host, and then the guest ends: nothing
 * that came after it could be relied on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "diff.h"

#include <linux/kdebug.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>

/* Without progress. Not in jiffies: the CPU that counts them may be the one that hangs. */
#define PATIENCE	(10 * NSEC_PER_SEC)
/*
 * Where the host is busy this CPU stands still for longer at times: that is nobody's fault, and
 * counts as so much.
 */
#define GLANCE		(20 * NSEC_PER_MSEC)

void diff_watchdog_look(struct diff_watchdog *dog, unsigned long place, struct task_struct *task)
{
	const u64 now = ktime_get_ns();

	if (place != dog->place || !dog->at) {
		dog->idle = 0;
		dog->place = place;
		diff_log_alive();
	}
	dog->idle += min(now - dog->at, (u64)GLANCE);
	dog->at = now;
	if (dog->idle > PATIENCE)
		diff_log_give_up("hangs", task);
}

static int on_die(struct notifier_block *block, unsigned long event, void *data)
{
	const struct die_args *args = data;

	if (event == DIE_OOPS)
		diff_log_trouble("crashes; at %pS: %s", (void *)instruction_pointer(args->regs), args->str);
	return NOTIFY_DONE;
}

static struct notifier_block block = { .notifier_call = on_die };

int diff_watchdog_init(void)
{
	return register_die_notifier(&block);
}

void diff_watchdog_exit(void)
{
	unregister_die_notifier(&block);
}
