// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own C as a side: the oracle once more, with the hooks in its windows.
 */
#include "windows.h"

#include <linux/sched/mm.h>

#ifdef _LINUX_MMAP_LOCK_H
#error "the protocol's headers were included before the hooks were in place"
#endif

static __always_inline bool hooked_inc(refcount_t *r, int *oldp, int limit)
{
	return torture_window_inc(__refcount_inc_not_zero_limited_acquire, r, oldp, limit);
}

static __always_inline bool hooked_dec(refcount_t *r, int *oldp)
{
	return torture_window_dec(__refcount_dec_and_test, r, oldp);
}

static __always_inline bool hooked_add(int i, refcount_t *r)
{
	return torture_window_add(refcount_add_not_zero, i, r);
}

static __always_inline bool hooked_sub(int i, refcount_t *r)
{
	return torture_window_sub(refcount_sub_and_test, i, r);
}

static __always_inline void hooked_mmgrab(struct mm_struct *mm)
{
	torture_before_mmgrab();
	mmgrab(mm);
}

#define __refcount_inc_not_zero_limited_acquire	hooked_inc
#define __refcount_dec_and_test			hooked_dec
#define refcount_add_not_zero			hooked_add
#define refcount_sub_and_test			hooked_sub
#define mmgrab					hooked_mmgrab

#include "../../../oracle/oracle.c"

/* Names of the oracle's, but also of the table's. */
#undef lock_vma_under_rcu
#undef lock_next_vma

static void c_lock_init(struct vm_area_struct *vma)
{
	vma_lock_init(vma, false);
}

const struct torture_side torture_c_side = {
	.lock_vma_under_rcu = oracle_lock_vma_under_rcu,
	.lock_next_vma = oracle_lock_next_vma_from,
	.start_read_locked = oracle_vma_start_read_locked,
	.end_read = oracle_vma_refcount_put,
	.start_write = oracle_vma_start_write,
	.start_write_killable = oracle_vma_start_write_killable,
	.lock_init = c_lock_init,
	.mark_attached = oracle_vma_mark_attached,
	.mark_detached = oracle_vma_mark_detached,
	.mmap_write_lock = mmap_write_lock,
	.mmap_write_unlock = mmap_write_unlock,
	.mmap_write_downgrade = mmap_write_downgrade,
	.mmap_read_lock = mmap_read_lock,
	.mmap_read_unlock = mmap_read_unlock,
};
