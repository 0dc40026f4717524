// SPDX-License-Identifier: GPL-2.0

#include <linux/refcount.h>

__rust_helper void vma_lock_helper_refcount_set_release(refcount_t *r, int n)
{
	refcount_set_release(r, n);
}

__rust_helper bool vma_lock_helper___refcount_dec_and_test(refcount_t *r, int *oldp)
{
	return __refcount_dec_and_test(r, oldp);
}

__rust_helper bool vma_lock_helper___refcount_inc_not_zero_limited_acquire(refcount_t *r, int *oldp, int limit)
{
	return __refcount_inc_not_zero_limited_acquire(r, oldp, limit);
}

__rust_helper bool vma_lock_helper_refcount_add_not_zero(int i, refcount_t *r)
{
	return refcount_add_not_zero(i, r);
}

__rust_helper bool vma_lock_helper_refcount_sub_and_test(int i, refcount_t *r)
{
	return refcount_sub_and_test(i, r);
}
