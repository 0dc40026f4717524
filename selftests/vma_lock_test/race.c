// SPDX-License-Identifier: GPL-2.0

#include "race.h"
#include "glue.h"

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

static DEFINE_MUTEX(race_lock);
static DEFINE_SPINLOCK(engage_lock);
/* The VMA that a writer is at. */
static struct vm_area_struct *engaged;
static struct vm_area_struct *raced_for;
static perf_overflow_handler_t raced_by;
static struct perf_event *__percpu *watchpoint;
static struct task_struct *reader;
static atomic_t stage;

int race_begin(struct vm_area_struct *vma, const void *addr, u64 len, u32 type,
	       perf_overflow_handler_t handler)
{
	mutex_lock(&race_lock);
	raced_for = vma;
	raced_by = handler;
	reader = current;
	watchpoint = watchpoint_set(addr, len, type, handler);
	if (IS_ERR_PCPU(watchpoint)) {
		mutex_unlock(&race_lock);
		return PTR_ERR_PCPU(watchpoint);
	}
	atomic_set(&stage, RACE_STARTED);
	return 0;
}

int race_end(void)
{
	int last;

	spin_lock(&engage_lock);
	last = atomic_xchg(&stage, RACE_IDLE);
	spin_unlock(&engage_lock);

	unregister_wide_hw_breakpoint(watchpoint);
	mutex_unlock(&race_lock);
	return last;
}

bool race_is_reader(void)
{
	return current == reader;
}

bool race_step(int from, int to)
{
	return atomic_cmpxchg(&stage, from, to) == from;
}

void race_wait(int wanted)
{
	u64 end = ktime_get_mono_fast_ns() + NSEC_PER_SEC;

	while (atomic_read(&stage) < wanted && ktime_get_mono_fast_ns() < end)
		cpu_relax();
}

bool race_engage(struct vm_area_struct *vma, perf_overflow_handler_t handler)
{
	bool engage;

	spin_lock(&engage_lock);
	engage = raced_for == vma && raced_by == handler && !engaged &&
		 atomic_read(&stage) == RACE_READER_STOPPED;
	if (engage)
		engaged = vma;
	spin_unlock(&engage_lock);
	return engage;
}

void vma_lock_test_disengage(void)
{
	smp_store_release(&engaged, NULL);
}

bool vma_lock_test_engaged(struct vm_area_struct *vma)
{
	return smp_load_acquire(&engaged) == vma;
}

bool vma_lock_test_race_over(void)
{
	return atomic_read(&stage) == RACE_IDLE;
}
