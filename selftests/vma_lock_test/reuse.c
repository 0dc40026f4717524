// SPDX-License-Identifier: GPL-2.0
/*
 * CVE-2025-38554, step by step.
 *
 * A reader has found a VMA in its mm; before it takes a count, the VMA is freed
 * and used again in another mm. The reader notices and backs off. Meanwhile the
 * other mm's writer has come, found its condition fulfilled without sleeping,
 * and gone, its mm with it: whom does the reader wake?
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
#include "race.h"
#include "../../tools/lib/synthetic_mm/synthetic_mm.h"

#include <linux/atomic.h>
#include <linux/mm_types.h>

enum { ADDED = RACE_OWN, LOWERED, DROPPED };

/* Two, in case the reader drops a count that it has not taken. */
#define OURS 2

static struct vm_area_struct *watched;
static struct mm_struct *other_mm;
static int mm_count_at_wake;

static void on_refcnt(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	unsigned int count = atomic_read(&watched->vm_refcnt.refs);

	if (race_is_reader()) {
		if (count == 2 && race_step(RACE_STARTED, RACE_READER_STOPPED)) {
			race_wait(ADDED);
		} else if (count == VM_REFCNT_EXCLUDE_READERS_FLAG + 1 &&
			   race_step(ADDED, LOWERED)) {
			race_wait(DROPPED);
			mm_count_at_wake = atomic_read(&other_mm->mm_count);
		}
	} else if (count & VM_REFCNT_EXCLUDE_READERS_FLAG &&
		   race_step(RACE_READER_STOPPED, ADDED)) {
		race_wait(LOWERED);
	}
}

int vma_lock_test_reuse_begin(struct vm_area_struct *vma, struct synthetic_mm *other)
{
	int err = race_begin(vma, &vma->vm_refcnt, sizeof(vma->vm_refcnt), HW_BREAKPOINT_W,
			     on_refcnt);

	if (err)
		return err;
	watched = vma;
	other_mm = synthetic_mm_mm(other);
	mm_count_at_wake = 0;

	/* The other mm is its writer's. It is not freed in earnest, whoever drops it. */
	atomic_set(&other_mm->mm_count, OURS + 1);
	vma->vm_mm = other_mm;
	refcount_set(&vma->vm_refcnt, 1);
	return 0;
}

bool vma_lock_test_reuse_engage(struct vm_area_struct *vma)
{
	return race_engage(vma, on_refcnt);
}

int vma_lock_test_reuse_end(void)
{
	return race_end() == DROPPED ? mm_count_at_wake - OURS : -ETIME;
}

void vma_lock_test_reuse_drop(void)
{
	if (race_step(LOWERED, LOWERED)) {
		atomic_dec(&other_mm->mm_count);
		race_step(LOWERED, DROPPED);
	}
}
