// SPDX-License-Identifier: GPL-2.0
//! Each hot function twice, once on layer 2 and once on the safe layer: the machine code of the two
//! must be the same.

use core::ptr;
use kernel::mm::{virt::VmaRef, MmWithUser};
use vma_lock::{
    safe::{Attached, MmVmaLock, ReadGuard, Vma, WriteGuard},
    sys::{MmRaw, TaskState, VmaRaw},
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
    // SAFETY: The caller vouches for it.
    unsafe { lock_vma_under_rcu(mm, addr) }.map_or(ptr::null(), ptr::from_ref)
}

/// The same.
#[no_mangle]
pub fn layer3_start_read(mm: &'static MmWithUser, addr: usize) -> *const VmaRaw {
    mm.start_read_under_rcu(addr)
        .map_or(ptr::null(), |guard| ptr::from_ref(guard.into_raw()))
}

/// # Safety: as for `vma_start_write`.
#[no_mangle]
pub unsafe fn layer2_start_write(vma: &'static VmaRaw) {
    // SAFETY: The caller vouches for it.
    unsafe { vma_start_write(vma) }
}

/// The same.
#[no_mangle]
pub fn layer3_start_write(vma: Vma<'static, Attached>) {
    let _ = vma.start_write();
}

/// # Safety: the mmap lock is held for writing.
#[no_mangle]
pub unsafe fn layer2_exclude(vma: &'static VmaRaw, f: fn(&VmaRef)) -> bool {
    let mut ves = VmaExcludeReadersState::new(vma, TaskState::Killable, false);

    // SAFETY: The caller vouches for it.
    unsafe {
        if __vma_start_exclude_readers(&mut ves).is_err() {
            return false;
        }
        f(VmaRef::from_raw(vma.as_ptr()));
        __vma_end_exclude_readers(&mut ves);
    }
    true
}

/// The same.
#[no_mangle]
pub fn layer3_exclude(mut vma: Vma<'static, Attached>, f: fn(&VmaRef)) -> bool {
    vma.with_readers_excluded(TaskState::Killable, f).is_ok()
}

/// # Safety: the mm has users.
#[no_mangle]
pub unsafe fn layer2_mmap_write(mm: &'static MmRaw) {
    // SAFETY: The caller vouches for it.
    unsafe {
        mmap_write_lock(mm);
        mmap_write_unlock(mm);
    }
}

/// The same.
#[no_mangle]
pub fn layer3_mmap_write(mm: &'static MmWithUser) {
    drop(mm.mmap_write_lock())
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
