// SPDX-License-Identifier: GPL-2.0

//! Declarations of the functions in `rust/helpers/`, made by bindgen.

#![allow(missing_docs, unreachable_pub, dead_code)]
#![allow(clippy::all)]
// The kernel's structures hold empty ones (an unused lockdep key, say), which rustc takes for a
// sign of trouble. They cross the border behind pointers only.
#![allow(improper_ctypes)]

use kernel::{
    bindings::{
        mm_struct,
        rcuwait,
        refcount_t,
        rw_semaphore,
        seqcount_t,
        vm_area_struct,
        vma_iterator, //
    },
    ffi, //
};

include!(concat!(
    env!("VMA_LOCK_OBJTREE"),
    "/rust/bindings/bindings_generated.rs"
));
