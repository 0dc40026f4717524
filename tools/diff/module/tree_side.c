// SPDX-License-Identifier: GPL-2.0
/*
 * A C side: mm/mmap_lock.c and the headers that define the protocol, from a
 * tree that tools/diff/run has laid out, every name their own.
 *
 * tools/diff/run writes shape.h, which says how this tree calls what was
 * renamed over time (SIDE_FLAG and so on), and SIDE_NAME.
 */
#include "hooks.h"
#include "shape.h"

#include <linux/module.h>
#include <trace/events/mmap_lock.h>

/* What is traced is evaluated, and goes nowhere. */
static inline void vma_lock_diff_trace(int none, ...)
{
}

#include "traces.h"

#include "mmap_lock_filtered.h"

/* What was renamed has its old name from here on. */
#include "renamed.h"
#include "ops.h"

static int op_start_read(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return found(vma_start_read(mm, vma), vma);
}

/* For tools/diff/run, which reads it before anything is loaded. */
static const struct vma_lock_diff_field layout[] __used __section(".vma_lock_diff.layout") =
	VMA_LOCK_DIFF_LAYOUT;

static const struct vma_lock_diff_side side = {
	.name = SIDE_NAME,
	.owner = THIS_MODULE,
	.flag = SIDE_FLAG,
	.limit = SIDE_LIMIT,
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
