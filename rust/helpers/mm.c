// SPDX-License-Identifier: GPL-2.0

#include <linux/mm.h>
#include <linux/vmstat.h>

__rust_helper void vma_lock_helper_vma_iter_init(struct vma_iterator *vmi, struct mm_struct *mm,
				   unsigned long addr)
{
	vma_iter_init(vmi, mm, addr);
}

__rust_helper void vma_lock_helper_vma_iter_set(struct vma_iterator *vmi, unsigned long addr)
{
	vma_iter_set(vmi, addr);
}

__rust_helper void vma_lock_helper_count_vma_lock_abort(void)
{
	count_vm_vma_lock_event(VMA_LOCK_ABORT);
}

__rust_helper void vma_lock_helper_count_vma_lock_miss(void)
{
	count_vm_vma_lock_event(VMA_LOCK_MISS);
}
