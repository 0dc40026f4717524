/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watchpoints, by which the tests see an access, or stop a task right behind it.
 */
#ifndef VMA_LOCK_WATCHPOINT_H
#define VMA_LOCK_WATCHPOINT_H

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>

/*
 * Calls HANDLER after each access of TYPE (HW_BREAKPOINT_W, HW_BREAKPOINT_RW) by any
 * CPU, on that CPU: a debug exception, so no locks and no sleep. Error pointer -ENOSPC
 * or -EOPNOTSUPP: no watchpoint is free, or there are none that trap after the access. Sleeps.
 */
static inline struct perf_event *__percpu *
watchpoint_set(const void *addr, u64 len, u32 type, perf_overflow_handler_t handler)
{
	struct perf_event_attr attr;

	/* Others trap before it, and again and again unless somebody steps over it. */
	if (!IS_ENABLED(CONFIG_X86))
		return (struct perf_event *__percpu *)ERR_PTR_PCPU(-EOPNOTSUPP);
	hw_breakpoint_init(&attr);
	attr.bp_addr = (unsigned long)addr;
	attr.bp_len = len;
	attr.bp_type = type;
	return register_wide_hw_breakpoint(&attr, handler, NULL);
}

#endif /* VMA_LOCK_WATCHPOINT_H */
