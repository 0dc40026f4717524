// SPDX-License-Identifier: GPL-2.0
/*
 * Watchpoints on a VMA: is it touched after its count has been dropped?
 *
 * A read after the drop leaves no trace by itself. The debug registers see it:
 * they trap each access to vm_mm and to vm_refcnt while a count is put.
 */
#include "glue.h"
#include "../../tools/lib/watchpoint/watchpoint.h"

#include <linux/mm_types.h>
#include <linux/mutex.h>

static DEFINE_MUTEX(watch_lock);
static struct perf_event *__percpu *watch_mm, *__percpu *watch_refcnt;
static struct vm_area_struct *watched;
static int refcnt_before;
static atomic_t mm_late, refcnt_accesses;

static void on_mm(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	if (atomic_read(&watched->vm_refcnt.refs) != refcnt_before)
		atomic_inc(&mm_late);
}

static void on_refcnt(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	atomic_inc(&refcnt_accesses);
}

int vma_lock_test_watch(struct vm_area_struct *vma)
{
	int err;

	mutex_lock(&watch_lock);
	watched = vma;
	refcnt_before = atomic_read(&vma->vm_refcnt.refs);
	atomic_set(&mm_late, 0);
	atomic_set(&refcnt_accesses, 0);

	watch_mm = watchpoint_set(&vma->vm_mm, sizeof(vma->vm_mm), HW_BREAKPOINT_RW, on_mm);
	if (IS_ERR_PCPU(watch_mm)) {
		err = PTR_ERR_PCPU(watch_mm);
		goto unlock;
	}
	watch_refcnt = watchpoint_set(&vma->vm_refcnt, sizeof(vma->vm_refcnt), HW_BREAKPOINT_RW,
				      on_refcnt);
	if (IS_ERR_PCPU(watch_refcnt)) {
		err = PTR_ERR_PCPU(watch_refcnt);
		goto unwatch_mm;
	}
	return 0;

unwatch_mm:
	unregister_wide_hw_breakpoint(watch_mm);
unlock:
	mutex_unlock(&watch_lock);
	return err;
}

void vma_lock_test_unwatch(unsigned int *mm_reads_late, unsigned int *refcnt_uses)
{
	unregister_wide_hw_breakpoint(watch_refcnt);
	unregister_wide_hw_breakpoint(watch_mm);
	*mm_reads_late = atomic_read(&mm_late);
	*refcnt_uses = atomic_read(&refcnt_accesses);
	mutex_unlock(&watch_lock);
}
