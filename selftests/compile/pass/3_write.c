// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/mmap_lock.h>

/* Change a VMA: no reader is in it, from vma_start_write() to the unlock. */
int change(struct mm_struct *mm, unsigned long addr, void (*f)(struct vm_area_struct *vma));
int change(struct mm_struct *mm, unsigned long addr, void (*f)(struct vm_area_struct *vma))
{
	struct vm_area_struct *vma;

	mmap_write_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma) {
		vma_start_write(vma);
		f(vma);
	}
	mmap_write_unlock(mm);
	return vma ? 0 : -ENOMEM;
}
