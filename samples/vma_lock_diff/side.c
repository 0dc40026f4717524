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

#include "ops.h"

static int op_start_read(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return found(vma_start_read(mm, vma), vma);
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
