// SPDX-License-Identifier: GPL-2.0
/*
 * A C side: mm/mmap_lock.c and the headers that define the protocol, from a
 * tree that scripts/diff has laid out, every name their own.
 *
 * scripts/diff writes shape.h, which says how this tree calls what it was
 * renamed over time (SIDE_EXCLUDED), and SIDE_NAME.
 */
#include "hooks.h"
#include "shape.h"

#include <linux/module.h>

#include "mmap_lock_filtered.h"

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

static int op_start_read(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *ret = vma_start_read(mm, vma);

	if (IS_ERR_OR_NULL(ret))
		return PTR_ERR(ret);
	return ret == vma ? 1 : 2;
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

static const struct vma_lock_diff_side side = {
	.name = SIDE_NAME,
	.owner = THIS_MODULE,
	.flag = VM_REFCNT_EXCLUDE_READERS_FLAG,
	.limit = VM_REFCNT_LIMIT,
	.layout = VMA_LOCK_DIFF_LAYOUT,
	.op = {
#define X(name) [OP_##name] = op_##name,
		VMA_LOCK_DIFF_OPS(X)
#undef X
	},
};

static int __init side_init(void)
{
	return vma_lock_diff_run(&side);
}
module_init(side_init);

static void __exit side_exit(void)
{
}
module_exit(side_exit);

MODULE_DESCRIPTION("Per-VMA lock: one side of the comparison");
MODULE_LICENSE("GPL");
