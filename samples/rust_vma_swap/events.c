// SPDX-License-Identifier: GPL-2.0
/*
 * Counters. The library knows nothing of them: the bodies count what it returns,
 * and sleeps and wakeups are counted here, by functions that ld --wrap puts
 * between the library and the kernel's.
 */
#include "swap.h"
#include "wrap.h"

#include <linux/percpu.h>
#include <linux/rcuwait.h>
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
