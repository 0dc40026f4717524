// SPDX-License-Identifier: GPL-2.0
/*
 * The windows of Rust: ld --wrap puts these before the C helpers that the library calls.
 * Only where it calls them (INLINE=n).
 */
#include "windows.h"
#include "../../../samples/rust_vma_swap/wrap.h"

WRAP(bool, vma_lock_helper___refcount_inc_not_zero_limited_acquire,
     refcount_t *r, int *oldp, int limit)
{
	return torture_window_inc(__real_vma_lock_helper___refcount_inc_not_zero_limited_acquire,
				  r, oldp, limit);
}

WRAP(bool, vma_lock_helper___refcount_dec_and_test, refcount_t *r, int *oldp)
{
	return torture_window_dec(__real_vma_lock_helper___refcount_dec_and_test, r, oldp);
}

WRAP(bool, vma_lock_helper_refcount_add_not_zero, int i, refcount_t *r)
{
	return torture_window_add(__real_vma_lock_helper_refcount_add_not_zero, i, r);
}

WRAP(bool, vma_lock_helper_refcount_sub_and_test, int i, refcount_t *r)
{
	return torture_window_sub(__real_vma_lock_helper_refcount_sub_and_test, i, r);
}

/* The kernel's own. */
#ifndef CONFIG_RUST_INLINE_HELPERS
WRAP(void, rust_helper_mmgrab, struct mm_struct *mm)
{
	torture_before_mmgrab();
	__real_rust_helper_mmgrab(mm);
}
#endif
