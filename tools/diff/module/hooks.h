/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a C side tells that a stock kernel does not: its assertions, what it says to lockdep, and that
 * it goes to sleep. Included before everything else, so that a side is hooked whatever its own code
 * looks like.
 */
#ifndef VMA_LOCK_DIFF_HOOKS_H
#define VMA_LOCK_DIFF_HOOKS_H

#include "vma_lock_diff.h"

#include <linux/compiler.h>

/* Those that define what is redefined below. */
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "warn.h"

#if defined(_LINUX_MMAP_LOCK_H) || defined(_LINUX_RCUWAIT_H_) || defined(__LINUX_SEQLOCK_H)
#error "the protocol's headers were included before the hooks were in place"
#endif

#ifdef CONFIG_LOCKDEP
#define __diff_lock_release(map, ip)		(lock_release)(map, ip)
#define __diff_lock_acquire(...)		(lock_acquire)(__VA_ARGS__)
#else
#define __diff_lock_release(map, ip)		do { } while (0)
#define __diff_lock_acquire(...)		do { } while (0)
#endif

#undef lock_acquire
#define lock_acquire(l, s, t, r, c, n, i)				\
do {									\
	vma_lock_diff_annotation(DIFF_LOCKDEP_ACQUIRE | ((s) & 7) |	\
		((int)(r) == 1 ? DIFF_LOCKDEP_READ : 0) |			\
		((int)(r) == 2 ? DIFF_LOCKDEP_RECURSIVE : 0) |		\
		((t) ? DIFF_LOCKDEP_TRY : 0) |				\
		((c) ? DIFF_LOCKDEP_CHECK : 0) |			\
		((n) != NULL ? DIFF_LOCKDEP_NEST : 0));			\
	__diff_lock_acquire(l, s, t, r, c, n, i);			\
} while (0)

#undef lock_release
#define lock_release(map, ip)						\
do {									\
	vma_lock_diff_annotation(0);					\
	__diff_lock_release(map, ip);					\
} while (0)

#ifdef CONFIG_LOCK_STAT
#define __diff_lock_acquired(map, ip)		(lock_acquired)(map, ip)
#else
#define __diff_lock_acquired(map, ip)		do { } while (0)
#endif

#undef lock_acquired
#define lock_acquired(map, ip)						\
do {									\
	vma_lock_diff_annotation(DIFF_LOCKDEP_ACQUIRED);		\
	__diff_lock_acquired(map, ip);					\
} while (0)

/*
 * Assertions that this kernel is built without. Their conditions are evaluated all the same, so
 * that it is seen which of them would have spoken up.
 */
#define __diff_assert(failed)						\
do {									\
	vma_lock_diff_assert_begin();					\
	vma_lock_diff_assert_end(failed);				\
} while (0)

#ifndef CONFIG_DEBUG_VM
#undef VM_BUG_ON
#undef VM_BUG_ON_VMA
#undef VM_BUG_ON_MM
#undef VM_WARN_ON
#undef VM_WARN_ON_ONCE
#undef VM_WARN_ON_ONCE_MM
#undef VM_WARN_ON_ONCE_VMA
#undef VM_WARN_ONCE
#undef VM_WARN
#define VM_BUG_ON(cond)				__diff_assert(cond)
#define VM_BUG_ON_VMA(cond, vma)		__diff_assert(cond)
#define VM_BUG_ON_MM(cond, mm)			__diff_assert(cond)
#define VM_WARN_ON(cond)			__diff_assert(cond)
#define VM_WARN_ON_ONCE(cond)			__diff_assert(cond)
#define VM_WARN_ON_ONCE_MM(cond, mm)		__diff_assert(cond)
#define VM_WARN_ON_ONCE_VMA(cond, vma)		__diff_assert(cond)
#define VM_WARN_ONCE(cond, format...)		__diff_assert(cond)
#define VM_WARN(cond, format...)		__diff_assert(cond)
#endif

#ifndef CONFIG_PROVE_RCU
#undef RCU_LOCKDEP_WARN
#define RCU_LOCKDEP_WARN(c, s)			__diff_assert(c)
#endif

/* A wait by this one would hang where a wakeup is lost; that it is another one is a matter of ordering. */
#undef __set_current_state
#define __set_current_state(state)		set_current_state(state)
#define schedule				vma_lock_diff_schedule
#define rcu_read_lock_held			vma_lock_diff_rcu_read_lock_held

#endif /* VMA_LOCK_DIFF_HOOKS_H */
