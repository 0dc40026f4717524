/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The operations, over whatever C was included before.
 */
#include "vma_lock_diff.h"

#include <linux/err.h>
#include <linux/mm.h>

/* 1: @vma; 2: another one; 0: none; or why not. */
static int found(struct vm_area_struct *ret, struct vm_area_struct *vma)
{
	if (IS_ERR_OR_NULL(ret))
		return PTR_ERR(ret);
	return ret == vma ? 1 : 2;
}

static int op_refcount_put(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_refcount_put(vma);
	return 0;
}

static int op_end_read(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_end_read(vma);
	return 0;
}

static int op_start_read_locked(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return vma_start_read_locked(vma);
}

static int op_start_write(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_start_write(vma);
	return 0;
}

static int op_start_write_killable(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return vma_start_write_killable(vma);
}

static int op_mark_attached(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_mark_attached(vma);
	return 0;
}

static int op_mark_detached(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_mark_detached(vma);
	return 0;
}

static int op_is_attached(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return vma_is_attached(vma);
}

static int op_assert_attached(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_attached(vma);
	return 0;
}

static int op_assert_detached(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_detached(vma);
	return 0;
}

static int op_assert_write_locked(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_write_locked(vma);
	return 0;
}

static int op_assert_locked(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_locked(vma);
	return 0;
}

static int op_lock_init(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_lock_init(vma, false);
	return 0;
}

static int op_lock_init_reset(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_lock_init(vma, true);
	return 0;
}

static int op_end_write_all(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_end_write_all(vma->vm_mm);
	return 0;
}

static int op_lock_vma_under_rcu(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return found(lock_vma_under_rcu(mm, VMA_LOCK_DIFF_ADDRESS), vma);
}

static int op_lock_next_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
	VMA_ITERATOR(vmi, mm, VMA_LOCK_DIFF_ADDRESS);

	return found(lock_next_vma(mm, &vmi, VMA_LOCK_DIFF_ADDRESS), vma);
}

static int op_start_read_locked_nested(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return vma_start_read_locked_nested(vma, 1);
}

#ifdef SIDE_HAS_vma_assert_stabilised
static int op_assert_stabilised(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_stabilised(vma);
	return 0;
}
#else
#define op_assert_stabilised NULL
#endif

#ifdef SIDE_HAS_vma_assert_can_modify
static int op_assert_can_modify(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_assert_can_modify(vma);
	return 0;
}
#else
#define op_assert_can_modify NULL
#endif

/* 0: not now; 1: nobody has come in between; 2: somebody has; 3: and an old sequence is not taken. */
static int op_speculate(struct mm_struct *mm, struct vm_area_struct *vma)
{
	unsigned int seq;

	if (!mmap_lock_speculate_try_begin(mm, &seq))
		return 0;
	if (mmap_lock_speculate_retry(mm, seq))
		return 2;
	return mmap_lock_speculate_retry(mm, seq - 2) ? 1 : 3;
}

#define OP_OF_MM(name, call)							\
static int op_##name(struct mm_struct *mm, struct vm_area_struct *vma)		\
{										\
	call;									\
	return 0;								\
}

#define OP_OF_MM_RETURNS(name, call)						\
static int op_##name(struct mm_struct *mm, struct vm_area_struct *vma)		\
{										\
	return call;								\
}

OP_OF_MM(mmap_assert_locked, mmap_assert_locked(mm))
OP_OF_MM(mmap_assert_write_locked, mmap_assert_write_locked(mm))
OP_OF_MM(mmap_write_lock, mmap_write_lock(mm))
OP_OF_MM(mmap_write_lock_nested, mmap_write_lock_nested(mm, 1))
OP_OF_MM_RETURNS(mmap_write_lock_killable, mmap_write_lock_killable(mm))
OP_OF_MM(mmap_read_lock, mmap_read_lock(mm))
OP_OF_MM_RETURNS(mmap_read_lock_killable, mmap_read_lock_killable(mm))
OP_OF_MM_RETURNS(mmap_read_trylock, mmap_read_trylock(mm))
OP_OF_MM(mmap_write_unlock, mmap_write_unlock(mm))
OP_OF_MM(mmap_write_downgrade, mmap_write_downgrade(mm))
OP_OF_MM(mmap_read_unlock, mmap_read_unlock(mm))
OP_OF_MM(mmap_read_unlock_non_owner, mmap_read_unlock_non_owner(mm))
