// SPDX-License-Identifier: GPL-2.0
/*
 * Detachers and re-attachers: a VMA is detached and freed, and one is attached in another
 * mm, or in the same. That may well be the same VMA, while readers still look at it. Now
 * and then a whole mm goes.
 */
#include "torture.h"

#include <linux/mm_types.h>

static void detach_one(struct torture_thread *t)
{
	struct mm_struct *mm = torture_get_mm(t);
	const unsigned long addr = torture_random_addr(t);
	struct vm_area_struct *vma;

	torture_side(t)->mmap_write_lock(mm);
	torture_announce(t, addr);
	vma = torture_find(mm, addr);
	if (vma)
		torture_detach(t, mm, vma);
	torture_side(t)->mmap_write_unlock(mm);
	torture_put_mm(t, mm);
}

static void attach_one(struct torture_thread *t)
{
	struct mm_struct *mm = torture_get_mm(t);
	const unsigned long addr = torture_random_addr(t);

	torture_side(t)->mmap_write_lock(mm);
	if (!torture_find(mm, addr))
		torture_attach(t, mm, addr);
	torture_side(t)->mmap_write_unlock(mm);
	torture_put_mm(t, mm);
}

static void map_some(struct torture_thread *t)
{
	detach_one(t);
	attach_one(t);
	if (!torture_random_below(t, 16))
		torture_replace_mm(t);
}

int torture_mapper(void *arg)
{
	return torture_run(arg, map_some, "torture_mapper");
}
