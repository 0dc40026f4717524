// SPDX-License-Identifier: GPL-2.0

//! The C side of this module, `swap.h`, made by bindgen.

#![allow(missing_docs, unreachable_pub, dead_code, non_camel_case_types)]
#![allow(clippy::all)]

use kernel::ffi;

include!(concat!(
    env!("VMA_LOCK_OBJTREE"),
    "/samples/rust_vma_swap/swap_generated.rs"
));
