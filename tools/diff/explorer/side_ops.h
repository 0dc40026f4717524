/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The operations that only the explorer asks for, over whatever C was included before.
 */
static int op_mmap_lock_is_contended(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return mmap_lock_is_contended(mm);
}

static int op_mm_lock_seqcount_init(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mm_lock_seqcount_init(mm);
	return 0;
}

static int op_speculate_begin(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return mmap_lock_speculate_try_begin(mm, &x_self.seq);
}

static int op_speculate_retry(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return mmap_lock_speculate_retry(mm, x_self.seq);
}
