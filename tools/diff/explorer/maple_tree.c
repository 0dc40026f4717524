// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own maple tree, with the stops that sides have. All sides look into this one.
 */
#define X_MAPLE_TREE
#include "hooks.h"

/* Trace points are off. */
#define _TRACE_MM_H
#define trace_ma_op(fn, mas)				do { } while (0)
#define trace_ma_read(fn, mas)				do { } while (0)
#define trace_ma_write(fn, mas, piv, val)		do { } while (0)

#include "maple_tree_filtered.h"
