/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stop before each access to a word that tasks share.
 *
 * Included before everything else in a C side. What it redefines is what the
 * kernel's headers are made of, so that a side is hooked whatever its own code
 * looks like: the instrumentation of all atomic operations, READ_ONCE and
 * WRITE_ONCE, acquire and release, and the scheduler's and RCU's entry points.
 * For tasks that are not being scheduled by the module the hooks do nothing.
 */
#ifndef VMA_LOCK_DIFF_HOOKS_H
#define VMA_LOCK_DIFF_HOOKS_H

#include "vma_lock_diff.h"

#include <linux/compiler.h>
#include <linux/instrumented.h>

#define instrument_atomic_read(v, size)		vma_lock_diff_step(POINT_LOAD, v)
#define instrument_atomic_write(v, size)	vma_lock_diff_step(POINT_STORE, v)
#define instrument_atomic_read_write(v, size)	vma_lock_diff_step(POINT_RMW, v)

#include <linux/atomic.h>

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

#undef READ_ONCE
#define READ_ONCE(x)							\
({									\
	compiletime_assert_rwonce_type(x);				\
	vma_lock_diff_step(POINT_LOAD, &(x));				\
	__READ_ONCE(x);							\
})

#undef WRITE_ONCE
#define WRITE_ONCE(x, val)						\
do {									\
	compiletime_assert_rwonce_type(x);				\
	vma_lock_diff_step(POINT_STORE, &(x));				\
	__WRITE_ONCE(x, val);						\
} while (0)

#undef smp_load_acquire
#define smp_load_acquire(p)						\
({									\
	vma_lock_diff_step(POINT_LOAD, p);				\
	__smp_load_acquire(p);						\
})

#undef smp_store_release
#define smp_store_release(p, v)						\
do {									\
	vma_lock_diff_step(POINT_STORE, p);				\
	__smp_store_release(p, v);					\
} while (0)

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
	vma_lock_diff_lockdep(true);					\
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
	vma_lock_diff_lockdep(false);					\
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

#undef set_current_state
#define set_current_state			vma_lock_diff_set_current_state
#undef __set_current_state
#define __set_current_state			vma_lock_diff_set_current_state
#define schedule				vma_lock_diff_schedule
#define rcuwait_wake_up				vma_lock_diff_rcuwait_wake_up
#define finish_rcuwait				vma_lock_diff_finish_rcuwait
#define rcu_read_lock				vma_lock_diff_rcu_read_lock
#define rcu_read_unlock				vma_lock_diff_rcu_read_unlock
#define rcu_read_lock_held			vma_lock_diff_rcu_read_lock_held

/* An inline function: to be defined before it is replaced. */
#include <linux/sched/signal.h>
#define signal_pending_state(state, task)	vma_lock_diff_signal_pending_state(state)

#endif /* VMA_LOCK_DIFF_HOOKS_H */
