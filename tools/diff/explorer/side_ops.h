/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The operations that only the explorer asks for, over whatever C was included before.
 */
static int op_assert_stabilised(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_stabilised(vma);
	return 0;
}

static int op_assert_can_modify(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_can_modify(vma);
	return 0;
}

static int op_mmap_assert_locked(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_assert_locked(mm);
	return 0;
}

static int op_mmap_assert_write_locked(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_assert_write_locked(mm);
	return 0;
}

static int op_mmap_lock_is_contended(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return mmap_lock_is_contended(mm);
}

static int op_mm_lock_seqcount_init(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mm_lock_seqcount_init(mm);
	return 0;
}

static int op_mmap_write_lock(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_write_lock(mm);
	return 0;
}

static int op_mmap_write_lock_nested(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_write_lock_nested(mm, 1);
	return 0;
}

static int op_mmap_write_lock_killable(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return mmap_write_lock_killable(mm);
}

static int op_mmap_write_unlock(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_write_unlock(mm);
	return 0;
}

static int op_mmap_write_downgrade(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_write_downgrade(mm);
	return 0;
}

static int op_mmap_read_lock(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_read_lock(mm);
	return 0;
}

static int op_mmap_read_lock_killable(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return mmap_read_lock_killable(mm);
}

static int op_mmap_read_trylock(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return mmap_read_trylock(mm);
}

static int op_mmap_read_unlock(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_read_unlock(mm);
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
