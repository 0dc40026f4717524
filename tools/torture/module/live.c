// SPDX-License-Identifier: GPL-2.0
/*
 * Readers of live VMAs: those of processes of one name (live_comm=), while these map,
 * unmap, fork and are killed. The writers are the kernel's own. No memory of the process
 * is touched.
 */
#include "torture.h"

#include <linux/err.h>
#include <linux/mm_types.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/torture.h>

static struct mm_struct *random_live_mm(struct torture_thread *t)
{
	struct task_struct *p, *chosen = NULL;
	struct mm_struct *mm;
	u32 n = 0;

	rcu_read_lock();
	for_each_process(p) {
		if (!data_race(strncmp(p->comm, torture_live_comm, TASK_COMM_LEN)) &&
		    !torture_random_below(t, ++n))
			chosen = p;
	}
	if (chosen)
		get_task_struct(chosen);
	rcu_read_unlock();
	if (!chosen)
		return NULL;
	mm = get_task_mm(chosen);
	put_task_struct(chosen);
	return mm;
}

/* Holds the lock and drops it: returns where the VMA ends. */
static unsigned long hold_one(struct torture_thread *t, struct mm_struct *mm,
			      struct vm_area_struct *vma)
{
	const unsigned long start = vma->vm_start, end = vma->vm_end;

	torture_count(t, TORTURE_live_reads);
	torture_hold(t);
	if (vma->vm_mm != mm || vma->vm_start != start || vma->vm_end != end)
		torture_fail("a live VMA changed while a reader held it (%#lx-%#lx, was %#lx-%#lx)",
			     vma->vm_start, vma->vm_end, start, end);
	t->op = TORTURE_PUTTING;
	torture_side(t)->end_read(vma);
	t->op = TORTURE_IDLE;
	/* All VMAs of a process take long on a busy machine: the watchdog counts each. */
	WRITE_ONCE(t->steps, t->steps + 1);
	return end;
}

static void read_all(struct torture_thread *t, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long addr = 0;

	while (!torture_must_stop()) {
		t->op = TORTURE_READING;
		vma = torture_side(t)->lock_next_vma(mm, addr);
		t->op = TORTURE_IDLE;
		if (IS_ERR_OR_NULL(vma))
			break;
		addr = hold_one(t, mm, vma);

		/* As a page fault would, the one that was just found. */
		t->op = TORTURE_READING;
		vma = torture_side(t)->lock_vma_under_rcu(mm, addr - 1);
		t->op = TORTURE_IDLE;
		if (vma)
			hold_one(t, mm, vma);
	}
}

static void read_one_mm(struct torture_thread *t)
{
	struct mm_struct *mm = random_live_mm(t);

	if (mm) {
		read_all(t, mm);
		mmput(mm);
	} else {
		torture_hrtimeout_ms(10, 0, NULL);
	}
}

int torture_live(void *arg)
{
	struct torture_thread *t = arg;

	t->live = true;
	return torture_run(t, read_one_mm, "torture_live");
}
