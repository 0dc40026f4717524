/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In place of arm64's own, which counts in the task: a stop at each access would be one more step. As
 * x86's per-CPU variable, which is nobody's.
 */
#ifndef __ASM_PREEMPT_H
#define __ASM_PREEMPT_H

#include <linux/thread_info.h>

#define PREEMPT_NEED_RESCHED	BIT(32)
#define PREEMPT_ENABLED		0

extern int __preempt_count;

static __always_inline int preempt_count(void)
{
	return __preempt_count;
}

static __always_inline void preempt_count_set(u64 pc)
{
	__preempt_count = pc;
}

#define init_task_preempt_count(p)	do { } while (0)
#define init_idle_preempt_count(p, cpu)	do { } while (0)

static __always_inline void set_preempt_need_resched(void)
{
}

static __always_inline void clear_preempt_need_resched(void)
{
}

static __always_inline bool test_preempt_need_resched(void)
{
	return false;
}

static __always_inline void __preempt_count_add(int val)
{
	__preempt_count += val;
}

static __always_inline void __preempt_count_sub(int val)
{
	__preempt_count -= val;
}

static __always_inline int __preempt_count_add_return(int val)
{
	return __preempt_count += val;
}

static __always_inline int __preempt_count_sub_return(int val)
{
	return __preempt_count -= val;
}

static __always_inline bool __preempt_count_dec_and_test(void)
{
	__preempt_count--;
	return false;
}

static __always_inline bool should_resched(int preempt_offset)
{
	return false;
}

#define __preempt_schedule()		do { } while (0)
#define __preempt_schedule_notrace()	do { } while (0)

#endif /* __ASM_PREEMPT_H */
