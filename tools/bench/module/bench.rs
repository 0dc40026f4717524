// SPDX-License-Identifier: GPL-2.0

//! The library's hot functions, one symbol each, for C to call: see `bench.h`.
//!
//! Each does what the C function of that name does, signature included, and no more.

#![allow(missing_docs)]
// The kernel's structures hold empty ones, which rustc takes for a sign of trouble.
#![allow(improper_ctypes_definitions)]

use core::ptr::{
    self,
    NonNull, //
};
use kernel::{
    bindings::{
        mm_struct,
        vm_area_struct, //
    },
    prelude::*,
    sync::rcu, //
};
use vma_lock::{
    sys::{
        MmRaw,
        VmaRaw, //
    },
    StartReadError, //
};

const __LOG_PREFIX: &[u8] = b"vma_lock_bench\0";

#[no_mangle]
extern "C" fn bench_are_readers_excluded(refcnt: i32) -> bool {
    vma_lock::are_readers_excluded(refcnt)
}

/// # Safety
///
/// As for [`vma_lock::vma_refcount_put`].
#[no_mangle]
unsafe extern "C" fn bench_vma_refcount_put(vma: *mut vm_area_struct) {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::vma_refcount_put(VmaRaw::from_raw(vma)) }
}

/// # Safety
///
/// As for [`vma_lock::vma_start_read`]; RCU is held.
#[no_mangle]
unsafe extern "C" fn bench_vma_start_read(
    mm: *mut mm_struct,
    vma: *mut vm_area_struct,
) -> *mut vm_area_struct {
    // SAFETY: A guard has no contents; the caller holds what it stands for.
    let rcu = unsafe { NonNull::<rcu::Guard>::dangling().read() };

    // SAFETY: The caller vouches for the same.
    match unsafe { vma_lock::vma_start_read(MmRaw::from_raw(mm), VmaRaw::from_raw(vma), rcu) } {
        Ok(rcu) => {
            // Still held, by the caller.
            core::mem::forget(rcu);
            vma
        }
        Err(StartReadError::Contended) => ptr::null_mut(),
        Err(StartReadError::Detached) => {
            ptr::without_provenance_mut(EAGAIN.to_errno() as isize as usize)
        }
    }
}

/// # Safety
///
/// As for [`vma_lock::vma_start_read_locked`].
#[no_mangle]
unsafe extern "C" fn bench_vma_start_read_locked(vma: *mut vm_area_struct) -> bool {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::vma_start_read_locked(VmaRaw::from_raw(vma)) }
}

/// # Safety
///
/// As for [`vma_lock::vma_start_write`].
#[no_mangle]
unsafe extern "C" fn bench_vma_start_write(vma: *mut vm_area_struct) {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::vma_start_write(VmaRaw::from_raw(vma)) }
}

/// # Safety
///
/// As for [`vma_lock::vma_mark_attached`].
#[no_mangle]
unsafe extern "C" fn bench_vma_mark_attached(vma: *mut vm_area_struct) {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::vma_mark_attached(VmaRaw::from_raw(vma)) }
}

/// # Safety
///
/// As for [`vma_lock::vma_mark_detached`].
#[no_mangle]
unsafe extern "C" fn bench_vma_mark_detached(vma: *mut vm_area_struct) {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::vma_mark_detached(VmaRaw::from_raw(vma)) }
}
