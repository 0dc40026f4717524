// SPDX-License-Identifier: GPL-2.0
/*
 * All helpers in one object, as in the kernel's rust/helpers/helpers.c.
 */
#include "helpers.h"

#include "lockdep.c"
#include "mm.c"
#include "mmap_lock.c"
#include "rcuwait.c"
#include "refcount.c"
#include "rwsem.c"
#include "seqlock.c"
