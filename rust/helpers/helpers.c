// SPDX-License-Identifier: GPL-2.0
/*
 * All helpers in one object, as in the kernel's rust/helpers/helpers.c.
 */
#include "helpers.h"

/*
 * Where they are linked into the Rust objects as bitcode (rust/Makefile.inline),
 * LLVM takes some attributes for reasons not to inline. Not with this.
 */
#define __rust_helper __always_inline

#include "lockdep.c"
#include "mm.c"
#include "mmap_lock.c"
#include "rcuwait.c"
#include "refcount.c"
#include "rwsem.c"
#include "seqlock.c"
