// SPDX-License-Identifier: GPL-2.0
//! Each hot function twice, once on layer 2 and once on the safe layer: the machine code of the two
//! must be the same.

use core::{mem, ptr};
use vma_lock::{
    safe::{Attached, Mm, ReadGuard, WriteGuard},
    sys::{rcu, MmRaw, VmaIter, VmaRaw},
    *,
};

/// # Safety: as for `vma_end_read`.
#[no_mangle]
pub unsafe fn layer2_end_read(vma: &'static VmaRaw) {
    // SAFETY: The caller vouches for it.
    unsafe { vma_end_read(vma) }
}

/// The same.
#[no_mangle]
pub fn layer3_end_read(guard: ReadGuard<'static>) {
    drop(guard)
}

/// # Safety: `mm` has users.
#[no_mangle]
pub unsafe fn layer2_start_read(mm: &'static MmRaw, addr: usize) -> *const VmaRaw {
    let rcu = rcu::read_lock();
    // SAFETY: RCU is held.
    let Some(vma) = (unsafe { VmaIter::new(mm, addr).walk() }) else {
        return ptr::null();
    };
    // SAFETY: Found under `rcu`.
    match unsafe { vma_start_read(mm, vma, rcu) } {
        Ok(_) => vma,
        Err(_) => ptr::null(),
    }
}

/// The same.
#[no_mangle]
pub fn layer3_start_read(mm: &'static Mm, addr: usize) -> *const VmaRaw {
    match mm.find_vma_rcu(addr).map(|found| found.start_read()) {
        Some(Ok(guard)) => mem::ManuallyDrop::new(guard).as_ptr().cast(),
        _ => ptr::null(),
    }
}

/// # Safety: as for `vma_mark_detached`.
#[no_mangle]
pub unsafe fn layer2_mark_detached(vma: &'static VmaRaw) {
    // SAFETY: The caller vouches for it.
    unsafe { vma_mark_detached(vma) }
}

/// The same.
#[no_mangle]
pub unsafe fn layer3_mark_detached(vma: WriteGuard<'static, Attached>) {
    // SAFETY: The caller vouches for it.
    let _ = unsafe { vma.mark_detached() };
}
