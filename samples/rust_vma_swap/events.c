// SPDX-License-Identifier: GPL-2.0
/*
 * Counters, and delays that open the narrow windows of the protocol.
 *
 * The library knows nothing of either. What it calls on its rare paths, and to
 * take a count, are functions of C; this module is linked with ld --wrap, which
 * puts the functions below in between.
 */
#include "swap.h"

#include <linux/delay.h>
#include <linux/mm_types.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rcuwait.h>
#include <linux/refcount.h>
#include <linux/sched.h>

struct events {
	unsigned long count[RUST_VMA_SWAP_EVENTS];
};

static DEFINE_PER_CPU(struct events, events);

void rust_vma_swap_count(enum rust_vma_swap_event event)
{
	this_cpu_inc(events.count[event]);
}

unsigned long rust_vma_swap_sum(enum rust_vma_swap_event event)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(events, cpu).count[event]);
	return sum;
}

static unsigned int delay_us;

void rust_vma_swap_set_delay(unsigned int us)
{
	WRITE_ONCE(delay_us, us);
}

static void delay(void)
{
	const unsigned int us = READ_ONCE(delay_us);

	if (unlikely(us))
		udelay(get_random_u32_inclusive(0, us));
}

/* The prototypes of what ld puts in: of each, the real one and ours. */
#define WRAP(ret, name, ...)			\
	ret __real_##name(__VA_ARGS__);		\
	ret __wrap_##name(__VA_ARGS__);		\
	ret __wrap_##name(__VA_ARGS__)

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

/* A writer or detacher found readers. */
WRAP(void, schedule, void)
{
	rust_vma_swap_count(RUST_VMA_SWAP_SLEEPS);
	__real_schedule();
}

/* A reader found a writer or detacher waiting. */
WRAP(int, rcuwait_wake_up, struct rcuwait *w)
{
	rust_vma_swap_count(RUST_VMA_SWAP_WAKEUPS);
	return __real_rcuwait_wake_up(w);
}
