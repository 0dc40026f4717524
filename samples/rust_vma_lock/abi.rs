// SPDX-License-Identifier: GPL-2.0

//! The structures of `rust_vma_lock.h`, made by bindgen.

#![allow(missing_docs, unreachable_pub, dead_code, non_camel_case_types)]
#![allow(clippy::all)]

use crate::ioctl::copied;
use kernel::{
    ffi,
    ioctl::_IOWR, //
};

include!(concat!(
    env!("VMA_LOCK_OBJTREE"),
    "/samples/rust_vma_lock/abi_generated.rs"
));

pub const HOLD: u32 = _IOWR::<vma_lock_hold>('v' as u32, 0x80);
pub const NEXT: u32 = _IOWR::<vma_lock_next>('v' as u32, 0x81);

copied! {
    vma_lock_hold {
        addr, hold_ms, flags, vm_start, vm_end, refcnt_locked, refcnt_put, writer_waits, pad,
    }
    vma_lock_next { addr, vm_start, vm_end }
}
