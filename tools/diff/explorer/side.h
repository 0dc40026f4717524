/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A side of the comparison: the operations of the module, and those that only the explorer asks for.
 */
#ifndef EXPLORER_SIDE_H
#define EXPLORER_SIDE_H

#include "vma_lock_diff.h"

#define X_OPS(X)			\
	VMA_LOCK_DIFF_OPS(X)		\
	X(mmap_lock_is_contended)	\
	X(mm_lock_seqcount_init)		\
	X(speculate_begin)		\
	X(speculate_retry)

enum x_op {
#define X(name) X_OP_##name,
	X_OPS(X)
#undef X
	X_NR_OPS
};

struct x_side {
	const char *name;
	vma_lock_diff_fn op[X_NR_OPS];
};

#endif /* EXPLORER_SIDE_H */
