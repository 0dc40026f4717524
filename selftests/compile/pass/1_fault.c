// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/mmap_lock.h>

/* Without the mmap lock if it can be done, with it otherwise. */
bool is_mapped(struct mm_struct *mm, unsigned long addr, unsigned long *start);
bool is_mapped(struct mm_struct *mm, unsigned long addr, unsigned long *start)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(mm, addr);

	if (vma) {
		*start = vma->vm_start;
		vma_end_read(vma);
		return true;
	}

	mmap_read_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma)
		*start = vma->vm_start;
	mmap_read_unlock(mm);
	return vma;
}
