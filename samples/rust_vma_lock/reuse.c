// SPDX-License-Identifier: GPL-2.0
/*
 * CVE-2025-38554, step by step.
 *
 * A reader has found a VMA in its mm; before it takes a count, the VMA is freed
 * and used again in another mm. The reader notices and backs off. Meanwhile the
 * other mm's writer has come, found its condition fulfilled without sleeping,
 * and gone, its mm with it: whom does the reader wake?
 *
 * The order is forced, not waited for. A watchpoint on vm_refcnt traps into
 * on_refcnt() right behind each access of either side, and there they wait for
 * each other:
 *
 *   reader                          writer in the other mm
 *   (1) the VMA is in another mm
 *   count 2
 *   (2) waits for (3)
 *                                   count FLAG + 2
 *                                   (3) waits for (4)
 *   count FLAG + 1
 *   (4) waits for the writer
 *                                   does not sleep; count 1; drops its mm
 *   wakes: is the mm still there?
 */
#include "glue.h"
#include "../synthetic_mm/synthetic_mm.h"

#include <linux/atomic.h>
#include <linux/hw_breakpoint.h>
#include <linux/ktime.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

enum stage { IDLE, STARTED, RAISED, ADDED, LOWERED, DROPPED };

/* Two, in case the reader drops a count that it has not taken. */
#define OURS 2

static DEFINE_MUTEX(reuse_lock);
static DEFINE_SPINLOCK(engage_lock);
/* The VMA that a writer is about to write-lock, or at it. */
static struct vm_area_struct *engaged;
static struct perf_event *__percpu *watchpoint;
static struct vm_area_struct *watched;
static struct mm_struct *other_mm;
static struct task_struct *reader;
static atomic_t stage;
static int mm_count_at_wake;

/* Neither side waits for ever if the other one does something else. */
static void wait_for(enum stage wanted)
{
	u64 end = ktime_get_mono_fast_ns() + NSEC_PER_SEC;

	while (atomic_read(&stage) < wanted && ktime_get_mono_fast_ns() < end)
		cpu_relax();
}

/* Debug exception: no locks, no sleep. */
static void on_refcnt(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	unsigned int count = atomic_read(&watched->vm_refcnt.refs);

	if (current == reader && count == 2 && atomic_cmpxchg(&stage, STARTED, RAISED) == STARTED) {
		wait_for(ADDED);
	} else if (current != reader && (count & VM_REFCNT_EXCLUDE_READERS_FLAG) &&
		   atomic_cmpxchg(&stage, RAISED, ADDED) == RAISED) {
		wait_for(LOWERED);
	} else if (current == reader && count == VM_REFCNT_EXCLUDE_READERS_FLAG + 1 &&
		   atomic_cmpxchg(&stage, ADDED, LOWERED) == ADDED) {
		wait_for(DROPPED);
		mm_count_at_wake = atomic_read(&other_mm->mm_count);
	}
}

int rust_vma_lock_reuse_begin(struct vm_area_struct *vma, struct synthetic_mm *other)
{
	struct perf_event_attr attr;

	mutex_lock(&reuse_lock);
	hw_breakpoint_init(&attr);
	attr.bp_addr = (unsigned long)&vma->vm_refcnt;
	attr.bp_len = sizeof(vma->vm_refcnt);
	attr.bp_type = HW_BREAKPOINT_W;

	watched = vma;
	other_mm = synthetic_mm_mm(other);
	reader = current;
	mm_count_at_wake = 0;
	watchpoint = register_wide_hw_breakpoint(&attr, on_refcnt, NULL);
	if (IS_ERR_PCPU(watchpoint)) {
		mutex_unlock(&reuse_lock);
		return PTR_ERR_PCPU(watchpoint);
	}

	/* The other mm is its writer's. It is not freed in earnest, whoever drops it. */
	atomic_set(&other_mm->mm_count, OURS + 1);
	vma->vm_mm = other_mm;
	refcount_set(&vma->vm_refcnt, 1);
	atomic_set(&stage, STARTED);
	return 0;
}

int rust_vma_lock_reuse_end(void)
{
	int last;

	/* From here on no writer engages. */
	spin_lock(&engage_lock);
	last = atomic_xchg(&stage, IDLE);
	spin_unlock(&engage_lock);

	unregister_wide_hw_breakpoint(watchpoint);
	mutex_unlock(&reuse_lock);
	return last == DROPPED ? mm_count_at_wake - OURS : -ETIME;
}

bool rust_vma_lock_reuse_engage(struct vm_area_struct *vma)
{
	bool engage;

	spin_lock(&engage_lock);
	engage = watched == vma && !engaged && atomic_read(&stage) == RAISED;
	if (engage)
		engaged = vma;
	spin_unlock(&engage_lock);
	return engage;
}

bool rust_vma_lock_reuse_engaged(struct vm_area_struct *vma)
{
	return smp_load_acquire(&engaged) == vma;
}

void rust_vma_lock_reuse_drop(void)
{
	if (atomic_read(&stage) == LOWERED) {
		atomic_dec(&other_mm->mm_count);
		atomic_set(&stage, DROPPED);
	}
}

void rust_vma_lock_reuse_disengage(void)
{
	smp_store_release(&engaged, NULL);
}
