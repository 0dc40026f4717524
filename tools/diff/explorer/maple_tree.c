// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own maple tree, with the stops that sides have. All sides look into this one.
 */
#define X_MAPLE_TREE
#include "hooks.h"

#include "maple_tree_filtered.h"
