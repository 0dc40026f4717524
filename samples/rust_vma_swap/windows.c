// SPDX-License-Identifier: GPL-2.0
/*
 * Waits that open the narrow windows of the protocol, and counters of the branches
 * behind them. Who is in a window goes on as soon as another one has come to where
 * the two meet: a host that is busy seldom runs two CPUs of a guest at the same
 * moment, and delays alone then open nothing.
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
MODULE_PARM_DESC(delay_us, "Longest wait in each narrow window of the protocol, in us, at most "
			   __stringify(MAX_DELAY_US) " (default 0)");

/* Of which VMA a writer lets readers in, a reader has taken a count it may have to give back. */
static refcount_t *writer_at, *reader_at;

/* Until COND, for delay_us at most. */
#define wait_until(cond)							\
do {										\
	unsigned int us = READ_ONCE(delay_us);					\
										\
	for (us = us ? get_random_u32_inclusive(0, us) : 0; us && !(cond); us--) \
		udelay(1);							\
} while (0)

/*
 * A reader takes its count. Before this is the first window: the VMA has been
 * found, and the first look at the sequence is over. After it is the second: the
 * count is taken, but the VMA may be write-locked, or in another mm.
 */
WRAP(bool, vma_lock_helper___refcount_inc_not_zero_limited_acquire,
     refcount_t *r, int *oldp, int limit)
{
	bool locked;

	wait_until(READ_ONCE(writer_at) == r);
	locked = __real_vma_lock_helper___refcount_inc_not_zero_limited_acquire(r, oldp, limit);
	if (unlikely(!locked)) {
		rust_vma_swap_count(*oldp ? RUST_VMA_SWAP_READS_EXCLUDED :
					    RUST_VMA_SWAP_READS_DETACHED);
		return false;
	}
	WRITE_ONCE(reader_at, r);
	wait_until(refcount_read(r) != *oldp + 1);
	WRITE_ONCE(reader_at, NULL);
	return true;
}

/*
 * A writer has locked the VMA and lets readers in again, that is, to their second look.
 * If one comes, a detach that follows meets it.
 */
WRAP(bool, vma_lock_helper_refcount_sub_and_test, int i, refcount_t *r)
{
	const bool detached = __real_vma_lock_helper_refcount_sub_and_test(i, r);

	WRITE_ONCE(writer_at, r);
	wait_until(READ_ONCE(reader_at) == r);
	WRITE_ONCE(writer_at, NULL);
	return detached;
}

/* A reader that took its count gives it back at once; others do so in C. */
WRAP(bool, vma_lock_helper___refcount_dec_and_test, refcount_t *r, int *oldp)
{
	rust_vma_swap_count(RUST_VMA_SWAP_READS_BACKED_OFF);
	return __real_vma_lock_helper___refcount_dec_and_test(r, oldp);
}

/* The mm of a VMA that went to another one is kept for the put. The kernel's own helper. */
#ifndef CONFIG_RUST_INLINE_HELPERS
WRAP(void, rust_helper_mmgrab, struct mm_struct *mm)
{
	rust_vma_swap_count(RUST_VMA_SWAP_READS_IN_OTHER_MM);
	__real_rust_helper_mmgrab(mm);
}
#endif
