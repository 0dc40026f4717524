// SPDX-License-Identifier: GPL-2.0
/*
 * Delays in the narrow windows of the protocol, and counters of the branches behind them.
 *
 * The library knows nothing of them. In C macros put them in (c_side.c), in Rust ld --wrap
 * does (rust_windows.c); schedule() and rcuwait_wake_up() are wrapped for both.
 */
#include "torture.h"
#include "../../../samples/rust_vma_swap/wrap.h"

#include <linux/delay.h>
#include <linux/mm_types.h>
#include <linux/rcuwait.h>
#include <linux/refcount.h>
#include <linux/sched/mm.h>
#include <linux/torture.h>

/* Where RCU may be held, so not asleep; but others on this CPU may have it. */
static void linger(struct torture_thread *t)
{
	unsigned int us;

	for (us = torture_random_below(t, torture_delay_us + 1); us; us--) {
		if (!(us % 16))
			torture_preempt_schedule();
		udelay(1);
	}
}

/* One of eight only, for the speed of the rest. */
void torture_delay(struct torture_thread *t)
{
	if (!torture_random_below(t, 8))
		linger(t);
}

static void nap(struct torture_thread *t, u32 longest_us)
{
	if (longest_us)
		torture_hrtimeout_us(torture_random_below(t, longest_us), 0, NULL);
}

/* Asleep, so that others get to run. */
void torture_pause(struct torture_thread *t)
{
	if (!torture_random_below(t, 4))
		nap(t, torture_delay_us);
}

/*
 * The first window of a reader: the VMA has been found, the first look at the sequence is
 * over. Lets a writer overtake it, if one comes; or a detacher, and then perhaps whoever
 * uses the VMA next.
 */
void torture_before_inc(const refcount_t *r)
{
	struct torture_thread *t = torture_current();
	const unsigned int first = atomic_read(&r->refs);
	const bool until_reused = torture_random_below(t, 2);
	unsigned int us, word;

	t->overtaken = false;
	if (!torture_delay_us || torture_random_below(t, t->targets ? 2 : 8))
		return;
	for (us = torture_random_below(t, torture_delay_us + 1); us; us--) {
		word = atomic_read(&r->refs);
		t->overtaken |= word != first;
		if (t->overtaken && !(word & VM_REFCNT_EXCLUDE_READERS_FLAG) &&
		    (word || !until_reused))
			return;
		if (!(us % 16))
			torture_preempt_schedule();
		udelay(1);
	}
}

/*
 * The second: the count is taken, but the VMA may be write-locked, or in another mm. The
 * longer this lasts where it is, the more likely a detacher meets the reader.
 */
void torture_after_inc(bool locked, int oldcnt)
{
	struct torture_thread *t = torture_current();

	if (!locked)
		torture_count(t, oldcnt ? TORTURE_reads_excluded : TORTURE_reads_detached);
	else if (t->overtaken)
		linger(t);
	else
		torture_delay(t);
}

/*
 * Between the decrement and the wakeup: VMA and mm may go, another writer may come. The
 * wakeup is late enough for that if this thread sleeps, where it may.
 */
void torture_after_dec(int oldcnt)
{
	struct torture_thread *t = torture_current();
	const unsigned int newcnt = oldcnt - 1;
	const bool wakes = newcnt == VM_REFCNT_EXCLUDE_READERS_FLAG ||
			   newcnt == VM_REFCNT_EXCLUDE_READERS_FLAG + 1;

	if (t->op == TORTURE_READING)
		torture_count(t, TORTURE_reads_backed_off);
	if (t->op == TORTURE_DETACHING && oldcnt != 1)
		torture_count(t, TORTURE_slow_detaches);

	if (!wakes)
		return;
	if (t->op != TORTURE_PUTTING)
		linger(t);
	else
		nap(t, (torture_random_below(t, 2) ? 20 : 2) * torture_delay_us);
}

/* A writer let readers in again, that is, to their second look; a detach may be next. */
void torture_after_sub(void)
{
	torture_delay(torture_current());
}

/* Readers are excluded; those that are there may go before the first look at the count. */
void torture_after_add(const refcount_t *r)
{
	struct torture_thread *t = torture_current();

	if (atomic_read(&r->refs) > VM_REFCNT_EXCLUDE_READERS_FLAG + 1 &&
	    torture_random_below(t, 2))
		nap(t, 2 * torture_delay_us);
}

void torture_before_mmgrab(void)
{
	struct torture_thread *t = torture_current();

	torture_count(t, TORTURE_reads_in_other_mm);
	torture_delay(t);
}

/* Somebody waits for readers. */
WRAP(void, schedule, void)
{
	struct torture_thread *t = torture_current();

	if (t->slept++)
		torture_count(t, TORTURE_woken_for_nothing);
	else
		torture_count(t, t->op == TORTURE_DETACHING ? TORTURE_detachers_slept :
							      TORTURE_writers_slept);
	__real_schedule();
}

WRAP(int, rcuwait_wake_up, struct rcuwait *w)
{
	struct torture_thread *t = torture_current();
	const int woken = __real_rcuwait_wake_up(w);

	torture_count(t, woken ? TORTURE_wakeups : TORTURE_wakeups_of_nobody);
	return woken;
}

/* The last one to drop a mm frees it; ours are not from the kernel's cache. */
WRAP(void, __mmdrop, struct mm_struct *mm)
{
	if (torture_current()->live)
		__real___mmdrop(mm);
	else
		synthetic_mm_free(synthetic_mm_of(mm));
}

/* The kernel's own helper would not come by there. */
void __wrap_rust_helper_mmdrop(struct mm_struct *mm);
void __wrap_rust_helper_mmdrop(struct mm_struct *mm)
{
	mmdrop(mm);
}
