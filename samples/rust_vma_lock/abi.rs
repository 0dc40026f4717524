// SPDX-License-Identifier: GPL-2.0

//! The structures of `rust_vma_lock.h` and the C functions of `glue.h`, made by bindgen.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    improper_ctypes,
    non_camel_case_types
)]
#![allow(clippy::all)]

use kernel::{
    bindings::{
        mm_struct,
        rcuwait,
        vm_area_struct, //
    },
    ffi,
    ioctl::_IOWR,
    transmute::{
        AsBytes,
        FromBytes, //
    },
};

include!(concat!(
    env!("VMA_LOCK_OBJTREE"),
    "/samples/rust_vma_lock/glue_generated.rs"
));

pub const HOLD: u32 = _IOWR::<vma_lock_hold>('v' as u32, 0x80);
pub const OP: u32 = _IOWR::<vma_lock_op>('v' as u32, 0x81);
pub const NEXT: u32 = _IOWR::<vma_lock_next>('v' as u32, 0x82);

const _: () = assert!(
    size_of::<vma_lock_hold>() == 5 * 8 + 8 * 4 && size_of::<vma_lock_op>() == 2 * 8 + 10 * 4
);

// SAFETY: Integers only, and as long as all of them together: no holes.
unsafe impl FromBytes for vma_lock_hold {}
// SAFETY: As above.
unsafe impl AsBytes for vma_lock_hold {}
// SAFETY: Integers only, without holes: `pad` fills the one that there would be.
unsafe impl FromBytes for vma_lock_op {}
// SAFETY: As above.
unsafe impl AsBytes for vma_lock_op {}
// SAFETY: Integers only, all of one size.
unsafe impl FromBytes for vma_lock_next {}
// SAFETY: As above.
unsafe impl AsBytes for vma_lock_next {}
