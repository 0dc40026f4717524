// SPDX-License-Identifier: GPL-2.0
/*
 * A C side: mm/mmap_lock.c and the headers that define the protocol, from a tree that make diff has
 * laid out, and what they run through: lib/refcount.c, and of kernel/exit.c and
 * kernel/rcu/update.c the two functions of rcuwait. All with a stop before each access.
 */
#include "hooks.h"
#include "shape.h"

#include <linux/module.h>

#include "mmap_lock_filtered.h"
#include "rcuwait_filtered.h"
#include "refcount_filtered.h"

/* What was renamed has its old name from here on. */
#include "renamed.h"
#include "ops.h"
#include "side.h"
#include "side_ops.h"

static int op_start_read(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return found(vma_start_read(mm, vma), vma);
}

extern const struct x_side SIDE_SYMBOL;
const struct x_side SIDE_SYMBOL = {
	.name = SIDE_NAME,
	.op = {
#define X(name) [X_OP_##name] = op_##name,
		X_OPS(X)
#undef X
	},
};
