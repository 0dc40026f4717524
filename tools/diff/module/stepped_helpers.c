// SPDX-License-Identifier: GPL-2.0
/*
 * The helpers of the Rust library, with the stops that the C sides have.
 */
#define VMA_LOCK_STEPS
#include "hooks.h"

#include "../../../rust/helpers/helpers.c"
