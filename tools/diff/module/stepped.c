// SPDX-License-Identifier: GPL-2.0
/*
 * vma_lock_diff_rust.ko: the Rust library with a stop before each access to a
 * shared word, for the schedules. States are tried on the library as it is.
 *
 * What the library calls outside of its helpers is led here: by ld --wrap, or,
 * for functions of the kernel crate's helpers, because the name is found here
 * before it is found in the kernel.
 */
#include "diff.h"

#include <linux/module.h>
#include <linux/rcuwait.h>
#include <linux/sched/mm.h>

/* rust/vma_lock/sys/kernel/once.rs */
void vma_lock_before_load(const void *word);
void vma_lock_before_load(const void *word)
{
	vma_lock_diff_step(POINT_LOAD, word);
}

void vma_lock_before_store(const void *word);
void vma_lock_before_store(const void *word)
{
	vma_lock_diff_step(POINT_STORE, word);
}

/* rust/vma_lock/sys/kernel/warn.rs */
void vma_lock_warned(void);
void vma_lock_warned(void)
{
	WARN_ON_ONCE(1);
}

void __wrap_schedule(void);
void __wrap_schedule(void)
{
	vma_lock_diff_schedule();
}

int __wrap_rcuwait_wake_up(struct rcuwait *w);
int __wrap_rcuwait_wake_up(struct rcuwait *w)
{
	return vma_lock_diff_rcuwait_wake_up(w);
}

void __wrap_finish_rcuwait(struct rcuwait *w);
void __wrap_finish_rcuwait(struct rcuwait *w)
{
	vma_lock_diff_finish_rcuwait(w);
}

void rust_helper_rcu_read_lock(void);
void rust_helper_rcu_read_lock(void)
{
	vma_lock_diff_rcu_read_lock();
}

void rust_helper_rcu_read_unlock(void);
void rust_helper_rcu_read_unlock(void)
{
	vma_lock_diff_rcu_read_unlock();
}

void rust_helper_mmgrab(struct mm_struct *mm);
void rust_helper_mmgrab(struct mm_struct *mm)
{
	mmgrab(mm);
}

void rust_helper_mmdrop(struct mm_struct *mm);
void rust_helper_mmdrop(struct mm_struct *mm)
{
	mmdrop(mm);
}

static int __init stepped_init(void)
{
	return vma_lock_diff_run_rust(&diff_rust_side);
}
module_init(stepped_init);

static void __exit stepped_exit(void)
{
}
module_exit(stepped_exit);

MODULE_DESCRIPTION("Per-VMA lock: Rust, step by step");
MODULE_LICENSE("GPL");
