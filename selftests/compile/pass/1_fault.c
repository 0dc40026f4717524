// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/mmap_lock.h>

/* Without the mmap lock if it can be done, with it otherwise. */
int start_of(struct mm_struct *mm, unsigned long addr, unsigned long *start);
int start_of(struct mm_struct *mm, unsigned long addr, unsigned long *start)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(mm, addr);
	int ret = 0;

	if (!vma) {
		mmap_read_lock(mm);
		vma = vma_lookup(mm, addr);
		if (!vma)
			ret = -ENOENT;
		else if (!vma_start_read_locked(vma))
			ret = -EAGAIN;
		mmap_read_unlock(mm);
	}
	if (ret)
		return ret;

	*start = vma->vm_start;
	vma_end_read(vma);
	return 0;
}
