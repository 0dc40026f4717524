// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/mmap_lock.h>

/* Change a VMA: no reader is in it, from vma_start_write() to the unlock. */
int dont_copy(struct mm_struct *mm, unsigned long addr);
int dont_copy(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	mmap_write_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma)
		vm_flags_set(vma, VM_DONTCOPY);	/* vma_start_write() is in there */
	mmap_write_unlock(mm);
	return vma ? 0 : -ENOMEM;
}
