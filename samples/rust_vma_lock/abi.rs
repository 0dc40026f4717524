// SPDX-License-Identifier: GPL-2.0

//! The structures of `rust_vma_lock.h`, made by bindgen.

#![allow(missing_docs, unreachable_pub, dead_code, non_camel_case_types)]
#![allow(clippy::all)]

use kernel::{
    ffi,
    ioctl::_IOWR,
    transmute::{
        AsBytes,
        FromBytes, //
    },
};

include!(concat!(
    env!("VMA_LOCK_OBJTREE"),
    "/samples/rust_vma_lock/abi_generated.rs"
));

pub const HOLD: u32 = _IOWR::<vma_lock_hold>('v' as u32, 0x80);
pub const NEXT: u32 = _IOWR::<vma_lock_next>('v' as u32, 0x81);

const _: () = assert!(size_of::<vma_lock_hold>() == 3 * 8 + 6 * 4);

// SAFETY: Integers only, and as long as all of them together: no holes.
unsafe impl FromBytes for vma_lock_hold {}
// SAFETY: As above.
unsafe impl AsBytes for vma_lock_hold {}
// SAFETY: Integers only, all of one size.
unsafe impl FromBytes for vma_lock_next {}
// SAFETY: As above.
unsafe impl AsBytes for vma_lock_next {}
