// SPDX-License-Identifier: GPL-2.0

#include <linux/mmap_lock.h>

__rust_helper void vma_lock_helper_mm_lock_seqcount_init(struct mm_struct *mm)
{
	mm_lock_seqcount_init(mm);
}

__rust_helper void vma_lock_helper_mm_lock_seqcount_end(struct mm_struct *mm)
{
	mm_lock_seqcount_end(mm);
}

__rust_helper void vma_lock_helper_mmap_lock_trace_start_locking(struct mm_struct *mm, bool write)
{
	__mmap_lock_trace_start_locking(mm, write);
}

__rust_helper void vma_lock_helper_mmap_lock_trace_acquire_returned(struct mm_struct *mm, bool write,
						      bool success)
{
	__mmap_lock_trace_acquire_returned(mm, write, success);
}

__rust_helper void vma_lock_helper_mmap_lock_trace_released(struct mm_struct *mm, bool write)
{
	__mmap_lock_trace_released(mm, write);
}
