// SPDX-License-Identifier: GPL-2.0
/*
 * Delays that open the narrow windows of the protocol, and counters of the branches
 * behind them.
 *
 * Only where the library calls the C helpers (INLINE=n): ld --wrap puts the functions
 * below in between.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "swap.h"
#include "wrap.h"

#include <linux/delay.h>
#include <linux/mm_types.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/refcount.h>
#include <linux/stringify.h>

/* A busy loop under RCU, hence the limit. */
#define MAX_DELAY_US 1000

static unsigned int delay_us;

static int set_delay_us(const char *text, const struct kernel_param *kp)
{
	const int err = param_set_uint_minmax(text, kp, 0, MAX_DELAY_US);

	if (err)
		pr_err("delay_us=%s: expected 0 to %d\n", text, MAX_DELAY_US);
	return err;
}

static const struct kernel_param_ops delay_us_ops = {
	.set = set_delay_us,
	.get = param_get_uint,
};

module_param_cb(delay_us, &delay_us_ops, &delay_us, 0644);
MODULE_PARM_DESC(delay_us, "Longest delay in each narrow window of the protocol, in us, at most "
			   __stringify(MAX_DELAY_US) " (default 0)");

static void delay(void)
{
	const unsigned int us = READ_ONCE(delay_us);

	if (unlikely(us))
		udelay(get_random_u32_inclusive(0, us));
}

/*
 * A reader takes its count. Before this is the first window: the VMA has been
 * found, and the first look at the sequence is over. After it is the second: the
 * count is taken, but the VMA may be write-locked, or in another mm.
 */
WRAP(bool, vma_lock_helper___refcount_inc_not_zero_limited_acquire,
     refcount_t *r, int *oldp, int limit)
{
	bool locked;

	delay();
	locked = __real_vma_lock_helper___refcount_inc_not_zero_limited_acquire(r, oldp, limit);
	delay();

	if (unlikely(!locked))
		rust_vma_swap_count(*oldp ? RUST_VMA_SWAP_READS_EXCLUDED :
					    RUST_VMA_SWAP_READS_DETACHED);
	return locked;
}

/*
 * A writer has locked the VMA and lets readers in again, that is, to their second look.
 * The longer this lasts, the more likely a detach that follows meets one of them.
 */
WRAP(bool, vma_lock_helper_refcount_sub_and_test, int i, refcount_t *r)
{
	const bool detached = __real_vma_lock_helper_refcount_sub_and_test(i, r);

	delay();
	return detached;
}

/* A reader that took its count gives it back at once; others do so in C. */
WRAP(bool, vma_lock_helper___refcount_dec_and_test, refcount_t *r, int *oldp)
{
	rust_vma_swap_count(RUST_VMA_SWAP_READS_BACKED_OFF);
	return __real_vma_lock_helper___refcount_dec_and_test(r, oldp);
}

/* The mm of a VMA that went to another one is kept for the put. */
WRAP(void, rust_helper_mmgrab, struct mm_struct *mm)
{
	rust_vma_swap_count(RUST_VMA_SWAP_READS_IN_OTHER_MM);
	__real_rust_helper_mmgrab(mm);
}
