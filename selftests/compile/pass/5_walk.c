// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/mmap_lock.h>

/* All VMAs in turn, each one locked while it is looked at. lock_next_vma() is not exported. */
extern typeof(lock_next_vma) *lock_next;

int walk(struct mm_struct *mm, void (*f)(struct vm_area_struct *vma));
int walk(struct mm_struct *mm, void (*f)(struct vm_area_struct *vma))
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	unsigned long addr = 0;

	for (;;) {
		rcu_read_lock();
		vma_iter_set(&vmi, addr);
		vma = lock_next(mm, &vmi, addr);
		rcu_read_unlock();
		if (IS_ERR_OR_NULL(vma))
			return PTR_ERR_OR_ZERO(vma);
		f(vma);
		addr = vma->vm_end;
		vma_end_read(vma);
	}
}
