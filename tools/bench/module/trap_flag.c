// SPDX-License-Identifier: GPL-2.0
/*
 * The CPU traps after each instruction (x86's trap flag), on an emulated CPU as on a real one.
 */
#include "steps.h"

#include <linux/kdebug.h>
#include <linux/notifier.h>
#include <linux/sched.h>

static struct {
	struct task_struct *task;
	struct steps *to;
	unsigned long ret;
} trap;

/* The instruction at regs->ip is about to be executed. */
static int on_step(struct notifier_block *nb, unsigned long event, void *data)
{
	struct die_args *args = data;
	struct pt_regs *regs = args->regs;

	if (event != DIE_DEBUG || trap.task != current || user_mode(regs))
		return NOTIFY_DONE;

	if (!trap.ret && regs->ip == trap.to->entry)
		trap.ret = *(unsigned long *)regs->sp;

	if (regs->ip == trap.ret) {
		trap.task = NULL;
		regs->flags &= ~X86_EFLAGS_TF;
	} else if (trap.ret) {
		if (trap.to->n < STEPS_MAX)
			trap.to->ip[trap.to->n] = regs->ip;
		trap.to->n++;
	}
	return NOTIFY_STOP;
}

static struct notifier_block step_notifier = {
	.notifier_call = on_step,
	.priority = INT_MAX,
};

static int trap_flag_start(void)
{
	return register_die_notifier(&step_notifier);
}

static void trap_flag_stop(void)
{
	unregister_die_notifier(&step_notifier);
}

/* The flag goes at the return from the function. */
static void trap_flag_begin(struct steps *s)
{
	trap.to = s;
	trap.ret = 0;
	trap.task = current;
	asm volatile("pushf\n\torl %0, (%%rsp)\n\tpopf" :: "i" (X86_EFLAGS_TF) : "memory", "cc");
}

const struct stepper by_trap_flag = {
	.start	= trap_flag_start,
	.stop	= trap_flag_stop,
	.begin	= trap_flag_begin,
};
