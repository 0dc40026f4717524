/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stop before each access to a word that tasks share.
 *
 * Included before everything else in a side. What it redefines is what the kernel's headers are
 * made of, so that a side is hooked whatever its own code looks like: the instrumentation of all
 * atomic operations, READ_ONCE and WRITE_ONCE, acquire and release, fences, RCU, lockdep, WARNs.
 * All other accesses, plain or volatile, are told by the compiler's own instrumentation
 * (-fsanitize=thread, steps.c). How tasks sleep and are woken is for functions of those names in
 * stand_ins.c, which the sides are linked with.
 */
#ifndef EXPLORER_HOOKS_H
#define EXPLORER_HOOKS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include "explorer.h"
#include "steps.h"

/* Each part of a condition is a branch of its own, whatever the compiler is told to expect. */
#undef likely
#undef unlikely
#define likely(x)	(!!(x))
#define unlikely(x)	(!!(x))

#include <linux/bug.h>
#include <linux/mmdebug.h>

#undef WARN_ON
#undef WARN_ON_ONCE
#undef WARN
#undef WARN_ONCE
#undef WARN_TAINT
#undef WARN_TAINT_ONCE
#undef BUG
#undef BUG_ON
#define WARN_ON(cond)			x_warn("WARN_ON", !!(cond))
#define WARN_ON_ONCE(cond)		x_warn("WARN_ON_ONCE", !!(cond))
#define WARN(cond, ...)			x_warn("WARN", !!(cond))
#define WARN_ONCE(cond, ...)		x_warn("WARN_ONCE", !!(cond))
#define WARN_TAINT(cond, ...)		x_warn("WARN_TAINT", !!(cond))
#define WARN_TAINT_ONCE(cond, ...)	x_warn("WARN_TAINT_ONCE", !!(cond))
#define BUG()				x_bug("BUG")
#define BUG_ON(cond)			do { if (unlikely(cond)) x_bug("BUG_ON"); } while (0)

/* Evaluated whether the kernel has CONFIG_DEBUG_VM or not. */
#undef VM_BUG_ON
#undef VM_BUG_ON_VMA
#undef VM_BUG_ON_MM
#undef VM_WARN_ON
#undef VM_WARN_ON_ONCE
#undef VM_WARN_ON_ONCE_VMA
#undef VM_WARN_ON_ONCE_MM
#undef VM_WARN_ONCE
#undef VM_WARN
#define VM_BUG_ON(cond)			BUG_ON(cond)
#define VM_BUG_ON_VMA(cond, vma)	BUG_ON(cond)
#define VM_BUG_ON_MM(cond, mm)		BUG_ON(cond)
#define VM_WARN_ON(cond)		x_warn("VM_WARN_ON", !!(cond))
#define VM_WARN_ON_ONCE(cond)		x_warn("VM_WARN_ON_ONCE", !!(cond))
#define VM_WARN_ON_ONCE_VMA(cond, vma)	x_warn("VM_WARN_ON_ONCE_VMA", !!(cond))
#define VM_WARN_ON_ONCE_MM(cond, mm)	x_warn("VM_WARN_ON_ONCE_MM", !!(cond))
#define VM_WARN_ONCE(cond, ...)		x_warn("VM_WARN_ONCE", !!(cond))
#define VM_WARN(cond, ...)		x_warn("VM_WARN", !!(cond))

#include <linux/instrumented.h>

#define instrument_atomic_read(v, size)		x_step_repeated(__func__, X_LOAD, v, size)
#define instrument_atomic_write(v, size)	x_step_repeated(__func__, X_STORE, v, size)
#define instrument_atomic_read_write(v, size)	x_step(__func__, X_RMW, v, size)

#include <linux/atomic.h>
#include "atomics.h"

/* Those that define what is redefined below. */
#include <linux/lockdep.h>
#include <linux/rwsem.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#if defined(_LINUX_MMAP_LOCK_H) || defined(_LINUX_RCUWAIT_H_) || defined(__LINUX_SEQLOCK_H)
#error "the protocol's headers were included before the hooks were in place"
#endif

#undef READ_ONCE
#define READ_ONCE(x)							\
({									\
	compiletime_assert_rwonce_type(x);				\
	x_step_repeated("READ_ONCE", X_LOAD, &(x), sizeof(x));		\
	__READ_ONCE(x);							\
})

#undef WRITE_ONCE
#define WRITE_ONCE(x, val)						\
do {									\
	typeof(x) __x_val = (val);					\
	compiletime_assert_rwonce_type(x);				\
	x_step_repeated("WRITE_ONCE", X_STORE, &(x), sizeof(x));	\
	__WRITE_ONCE(x, __x_val);					\
} while (0)

#undef smp_load_acquire
#define smp_load_acquire(p)						\
({									\
	x_step_repeated("smp_load_acquire", X_LOAD, p, sizeof(*(p)));	\
	(typeof(*(p)))__READ_ONCE(*(p));				\
})

#undef smp_store_release
#define smp_store_release(p, v)						\
do {									\
	typeof(*(p)) __x_val = (v);					\
	x_step_repeated("smp_store_release", X_STORE, p, sizeof(*(p)));	\
	__WRITE_ONCE(*(p), __x_val);					\
} while (0)

#undef smp_store_mb
#define smp_store_mb(var, val)						\
do {									\
	typeof(var) __x_val = (val);					\
	x_step_repeated("smp_store_mb", X_STORE, &(var), sizeof(var));	\
	__WRITE_ONCE(var, __x_val);					\
} while (0)

/* Fences do not stop: here all is sequentially consistent. A trace has them. */
#undef smp_mb
#undef smp_rmb
#undef smp_wmb
#undef mb
#undef rmb
#undef wmb
#undef smp_mb__before_atomic
#undef smp_mb__after_atomic
#undef smp_acquire__after_ctrl_dep
#undef smp_mb__after_spinlock
#undef barrier
#define smp_mb()			x_fence("smp_mb")
#define smp_rmb()			x_fence("smp_rmb")
#define smp_wmb()			x_fence("smp_wmb")
#define mb()				x_fence("mb")
#define rmb()				x_fence("rmb")
#define wmb()				x_fence("wmb")
#define smp_mb__before_atomic()		x_fence("smp_mb__before_atomic")
#define smp_mb__after_atomic()		x_fence("smp_mb__after_atomic")
#define smp_acquire__after_ctrl_dep()	x_fence("smp_acquire__after_ctrl_dep")
#define smp_mb__after_spinlock()	x_fence("smp_mb__after_spinlock")
#define barrier()			x_fence("barrier")

/* What the model has no word for, or for locks alone: it is seen, and said that it is not known. */
#undef smp_mb__after_unlock_lock
#undef smp_mb__after_switch_mm
#undef dma_mb
#undef dma_rmb
#undef dma_wmb
#undef virt_mb
#undef virt_rmb
#undef virt_wmb
#define smp_mb__after_unlock_lock()	x_fence("smp_mb__after_unlock_lock")
#define smp_mb__after_switch_mm()	x_fence("smp_mb__after_switch_mm")
#define dma_mb()			x_fence("dma_mb")
#define dma_rmb()			x_fence("dma_rmb")
#define dma_wmb()			x_fence("dma_wmb")
#define virt_mb()			x_fence("virt_mb")
#define virt_rmb()			x_fence("virt_rmb")
#define virt_wmb()			x_fence("virt_wmb")

#undef lock_acquire
#undef lock_release
#undef lock_acquired
/* Some variables are there for a map only, and maps for lockdep only. */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define x_map(map)	((void)(map))
#else
#define x_map(map)	((void)0)
#endif
#define lock_acquire(map, subclass, trylock, read, check, nest, ip) \
	(x_map(map), x_lock_acquire(subclass, trylock, read, check))
#define lock_release(map, ip)		(x_map(map), x_lock_release())
#define lock_acquired(map, ip)		(x_map(map), x_lock_acquired())

/* Without lockdep there is no subclass; with it these are functions of debug.c. */
#ifndef CONFIG_DEBUG_LOCK_ALLOC
#undef down_read_nested
#undef down_read_killable_nested
#undef down_write_nested
#undef down_write_killable_nested
#define down_read_nested(sem, subclass)			(x_nested(subclass), down_read(sem))
#define down_read_killable_nested(sem, subclass)	(x_nested(subclass), down_read_killable(sem))
#define down_write_nested(sem, subclass)		(x_nested(subclass), down_write(sem))
#define down_write_killable_nested(sem, subclass)	(x_nested(subclass), down_write_killable(sem))
#endif

/* The maple tree asks lockdep itself, which may not be there. */
#ifndef X_MAPLE_TREE
#undef RCU_LOCKDEP_WARN
#define RCU_LOCKDEP_WARN(cond, text)	x_warn("RCU_LOCKDEP_WARN", !!(cond))
#endif
/* Trace points are off; where a state was set matters to nobody. */
#undef trace_set_current_state
#undef debug_normal_state_change
#define trace_set_current_state(state)		do { } while (0)
#define debug_normal_state_change(state)	do { } while (0)

#define rcu_read_lock			x_rcu_read_lock
#define rcu_read_unlock			x_rcu_read_unlock
#define rcu_read_lock_held		x_rcu_read_lock_held

#endif /* EXPLORER_HOOKS_H */
