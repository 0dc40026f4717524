// SPDX-License-Identifier: GPL-2.0

//! The structures of `vma_lock_test.h` and the C functions of `glue.h`, made by bindgen.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    improper_ctypes,
    non_camel_case_types
)]
#![allow(clippy::all)]

use crate::synthetic_mm::bindings::synthetic_mm;
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
    "/selftests/vma_lock_test/glue_generated.rs"
));

pub const HOLD: u32 = _IOWR::<vma_test_hold>('v' as u32, 0x90);
pub const OP: u32 = _IOWR::<vma_test_op>('v' as u32, 0x91);
pub const GUARDS: u32 = _IOWR::<vma_test_guards>('v' as u32, 0x92);
pub const ATTACK: u32 = _IOWR::<vma_test_attack>('v' as u32, 0x93);
pub const WALK: u32 = _IOWR::<vma_test_walk>('v' as u32, 0x94);

const _: () = assert!(
    size_of::<vma_test_hold>() == 5 * 8 + 8 * 4 && size_of::<vma_test_op>() == 2 * 8 + 10 * 4
);

// SAFETY: Integers only, and as long as all of them together: no holes.
unsafe impl FromBytes for vma_test_hold {}
// SAFETY: As above.
unsafe impl AsBytes for vma_test_hold {}
// SAFETY: Integers only, without holes: `pad` fills the one that there would be.
unsafe impl FromBytes for vma_test_op {}
// SAFETY: As above.
unsafe impl AsBytes for vma_test_op {}
// SAFETY: Integers only, an even number of the small ones: no holes.
unsafe impl FromBytes for vma_test_guards {}
// SAFETY: As above.
unsafe impl AsBytes for vma_test_guards {}
// SAFETY: Integers only, without holes: `pad` fills the one that there would be.
unsafe impl FromBytes for vma_test_attack {}
// SAFETY: As above.
unsafe impl AsBytes for vma_test_attack {}
// SAFETY: As above.
unsafe impl FromBytes for vma_test_walk {}
// SAFETY: As above.
unsafe impl AsBytes for vma_test_walk {}
