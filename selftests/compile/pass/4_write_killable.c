// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/mmap_lock.h>

/* The same for somebody who can be killed while waiting. */
int dont_copy_killable(struct mm_struct *mm, unsigned long addr);
int dont_copy_killable(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	vma = vma_lookup(mm, addr);
	err = vma ? vma_start_write_killable(vma) : -ENOMEM;
	if (!err)
		vm_flags_set(vma, VM_DONTCOPY);
	mmap_write_unlock(mm);
	return err;
}
