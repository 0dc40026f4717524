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

use crate::{
    ioctl::copied,
    synthetic_mm::bindings::synthetic_mm, //
};
use kernel::{
    bindings::{
        mm_struct,
        rcuwait,
        vm_area_struct, //
    },
    ffi,
    ioctl::_IOWR, //
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

copied! {
    vma_test_hold {
        addr, impl_, flags, hold_ms, spurious, vm_start, vm_end, locked_ns, put_ns,
        refcnt_locked, refcnt_put, waiter, slept_again,
    }
    vma_test_op {
        op, impl_, flags, word, refcnt_before, refcnt_after, ret, pad, start_ns, end_ns,
        mm_reads_late, refcnt_uses,
    }
    vma_test_guards {
        addr, refcnt_excluded, readable_excluded, refcnt_admitted, readable_admitted,
        refcnt_written, readable_written, speculates_written, refcnt_downgraded,
        undisturbed, disturbed,
    }
    vma_test_attack { addr, number, pad }
    vma_test_walk { addr, second, role, pad }
}
