// SPDX-License-Identifier: GPL-2.0
/*
 * The Rust library as a side: the table of the functions in rust_side.rs.
 */
#include "diff.h"

#include <linux/module.h>

#define X(name) int vma_lock_diff_rust_##name(struct mm_struct *mm, struct vm_area_struct *vma);
VMA_LOCK_DIFF_OPS(X)
#undef X

/* It has none. */
#define vma_lock_diff_rust_mmap_read_unlock_non_owner NULL

const struct vma_lock_diff_side diff_rust_side = {
	.name = "rust",
	.owner = THIS_MODULE,
	.flag = VM_REFCNT_EXCLUDE_READERS_FLAG,
	.limit = VM_REFCNT_LIMIT,
	.layout = VMA_LOCK_DIFF_LAYOUT,
	.op = {
#define X(name) [OP_##name] = vma_lock_diff_rust_##name,
		VMA_LOCK_DIFF_OPS(X)
#undef X
	},
};
