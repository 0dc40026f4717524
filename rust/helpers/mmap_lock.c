// SPDX-License-Identifier: GPL-2.0

#include <linux/mmap_lock.h>
#include <linux/seqlock.h>

/* The acquire side of vma_end_write_all()'s release. */
unsigned int vma_lock_helper_mm_lock_seq_acquire(struct mm_struct *mm)
{
	return raw_read_seqcount(&mm->mm_lock_seq);
}

void vma_lock_helper_mmap_assert_locked(const struct mm_struct *mm)
{
	mmap_assert_locked(mm);
}

void vma_lock_helper_mmap_assert_write_locked(const struct mm_struct *mm)
{
	mmap_assert_write_locked(mm);
}

int vma_lock_helper_mmap_write_lock_killable(struct mm_struct *mm)
{
	return mmap_write_lock_killable(mm);
}

void vma_lock_helper_mmap_write_unlock(struct mm_struct *mm)
{
	mmap_write_unlock(mm);
}
