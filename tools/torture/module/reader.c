// SPDX-License-Identifier: GPL-2.0
/*
 * Readers: lock a VMA in one of three ways, look, hold, look again, drop it.
 */
#include "canary.h"

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/mm_types.h>
#include <linux/torture.h>

/* Mostly short, sometimes asleep, seldom long. */
void torture_hold(struct torture_thread *t)
{
	if (torture_long_hold && !torture_random_below(t, 2000))
		msleep(torture_long_hold);
	else if (!torture_random_below(t, 8))
		torture_hrtimeout_us(torture_random_below(t, 4000), 0, NULL);
	else
		torture_delay(t);
}

static struct vm_area_struct *lock_under_mmap_lock(struct torture_thread *t, struct mm_struct *mm,
						   unsigned long addr)
{
	const struct torture_side *side = torture_side(t);
	struct vm_area_struct *vma;

	side->mmap_read_lock(mm);
	vma = torture_find(mm, addr);
	if (vma && !side->start_read_locked(vma)) {
		torture_fail("no read lock under the mmap lock (vm_refcnt %#x)",
			     atomic_read(&vma->vm_refcnt.refs));
		vma = NULL;
	}
	side->mmap_read_unlock(mm);
	if (vma)
		torture_count(t, TORTURE_reads_under_mmap_lock);
	return vma;
}

static struct vm_area_struct *lock(struct torture_thread *t, struct mm_struct *mm,
				   unsigned long addr)
{
	struct vm_area_struct *vma;

	t->op = TORTURE_READING;
	switch (torture_random_below(t, 8)) {
	case 0:
		vma = lock_under_mmap_lock(t, mm, addr);
		break;
	case 1:
		vma = torture_side(t)->lock_next_vma(mm, addr);
		if (IS_ERR(vma))
			vma = NULL;
		break;
	default:
		vma = torture_side(t)->lock_vma_under_rcu(mm, addr);
		if (vma && vma->vm_start != addr)
			torture_fail("lock_vma_under_rcu(%#lx) locked the VMA at %#lx", addr,
				     vma->vm_start);
	}
	t->op = TORTURE_IDLE;
	if (!vma)
		return NULL;
	torture_count(t, TORTURE_reads);
	if (vma->vm_mm != mm)
		torture_fail("a reader has a VMA of another mm (vm_refcnt %#x)",
			     atomic_read(&vma->vm_refcnt.refs));
	return vma;
}

static void read_one(struct torture_thread *t)
{
	unsigned long addr, seen;
	struct mm_struct *mm = torture_get_target(t, &addr);
	struct vm_area_struct *vma = lock(t, mm, addr);

	if (vma) {
		seen = torture_canary_read(vma);
		torture_hold(t);
		torture_canary_reread(vma, seen);
		t->op = TORTURE_PUTTING;
		torture_side(t)->end_read(vma);
		t->op = TORTURE_IDLE;
	}
	torture_put_mm(t, mm);
}

int torture_reader(void *arg)
{
	return torture_run(arg, read_one, "torture_reader");
}
