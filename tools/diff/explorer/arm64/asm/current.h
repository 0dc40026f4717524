/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In place of arm64's own, which reads a register that a program must not: as x86's per-CPU variable.
 */
#ifndef __ASM_CURRENT_H
#define __ASM_CURRENT_H

struct task_struct;
extern struct task_struct *current_task;

static __always_inline struct task_struct *get_current(void)
{
	return current_task;
}

#define current get_current()

#endif /* __ASM_CURRENT_H */
