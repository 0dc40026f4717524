/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both languages do between the library and refcount_t: @real is the operation.
 */
#ifndef VMA_LOCK_TORTURE_WINDOWS_H
#define VMA_LOCK_TORTURE_WINDOWS_H

#include "torture.h"

#include <linux/refcount.h>

static __always_inline bool torture_window_inc(bool (*real)(refcount_t *, int *, int),
					       refcount_t *r, int *oldp, int limit)
{
	bool locked;

	torture_before_inc(r);
	locked = real(r, oldp, limit);
	torture_after_inc(locked, *oldp);
	return locked;
}

static __always_inline bool torture_window_dec(bool (*real)(refcount_t *, int *),
					       refcount_t *r, int *oldp)
{
	const bool zero = real(r, oldp);

	torture_after_dec(*oldp);
	return zero;
}

static __always_inline bool torture_window_add(bool (*real)(int, refcount_t *), int i,
					       refcount_t *r)
{
	const bool added = real(i, r);

	torture_after_add(r);
	return added;
}

static __always_inline bool torture_window_sub(bool (*real)(int, refcount_t *), int i,
					       refcount_t *r)
{
	const bool zero = real(i, r);

	torture_after_sub();
	return zero;
}

#endif /* VMA_LOCK_TORTURE_WINDOWS_H */
