// SPDX-License-Identifier: GPL-2.0

//! What can be asked about a VMA's lock, and what warns if the answer is wrong.
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h)

use crate::{
    sys::{
        vm_warn_on_once_vma,
        warn_on_once,
        RefcountExt,
        VmaRaw, //
    },
    write::__is_vma_write_locked, //
};

/// Whether the VMA is attached. Without the mmap write lock the answer may be out of date.
///
/// C: `vma_is_attached`.
#[inline]
#[must_use]
pub fn vma_is_attached(vma: &VmaRaw) -> bool {
    vma.vm_refcnt().read() != 0
}

/// Warns unless the VMA is attached. The caller keeps attachers and detachers out.
///
/// C: `vma_assert_attached`.
#[inline]
pub fn vma_assert_attached(vma: &VmaRaw) {
    warn_on_once!(!vma_is_attached(vma));
}

/// Warns unless the VMA is detached. The caller keeps attachers and detachers out.
///
/// C: `vma_assert_detached`.
#[inline]
pub fn vma_assert_detached(vma: &VmaRaw) {
    warn_on_once!(vma_is_attached(vma));
}

/// Warns, on `CONFIG_DEBUG_VM` kernels, unless the VMA is write-locked.
///
/// # Safety
///
/// The caller holds the mmap write lock of the VMA's mm.
///
/// C: `vma_assert_write_locked`.
#[inline]
pub unsafe fn vma_assert_write_locked(vma: &VmaRaw) {
    // SAFETY: The caller vouches for the mmap write lock.
    vm_warn_on_once_vma!(!unsafe { __is_vma_write_locked(vma) }, vma);
}

/// Warns, on `CONFIG_DEBUG_VM` kernels, unless the VMA is read- or write-locked.
///
/// With lockdep the answer is about the current task. Without it any reader will do.
///
/// # Safety
///
/// The VMA's mm is not freed during the call.
///
/// C: `vma_assert_locked`.
#[inline]
pub unsafe fn vma_assert_locked(vma: &VmaRaw) {
    match vma.lockdep_is_held() {
        Some(true) => return,
        Some(false) => {}
        None => {
            let refcnt = vma.vm_refcnt().read();

            // Readers, or somebody who excludes them: locked in any case.
            if refcnt > 1 {
                return;
            }
            vm_warn_on_once_vma!(refcnt == 0, vma);
        }
    }

    // Nobody has raised the count, so it can only be write-locked.
    // SAFETY: The caller vouches for the mm. If its lock is not held, that is reported.
    unsafe { vma_assert_write_locked(vma) };
}

/// Warns, on `CONFIG_DEBUG_VM` kernels, if the VMA may change under us: neither the mmap lock nor
/// the VMA's own is held.
///
/// The mmap lock is looked at first. Without lockdep it is enough that somebody holds it, so a
/// mistake may go unnoticed; the other order would report mistakes that are none.
///
/// # Safety
///
/// The VMA's mm is not freed during the call.
///
/// C: `vma_assert_stabilised`.
#[inline]
pub unsafe fn vma_assert_stabilised(vma: &VmaRaw) {
    // SAFETY: The caller vouches for the mm.
    if unsafe { (*vma.vm_mm()).mmap_lock().is_held() } {
        return;
    }

    // SAFETY: The caller vouches for the mm.
    unsafe { vma_assert_locked(vma) };
}

/// Warns, on `CONFIG_DEBUG_VM` kernels, unless the VMA is detached or write-locked.
///
/// # Safety
///
/// The caller holds the mmap write lock of the VMA's mm, or owns the detached VMA.
///
/// C: `vma_assert_can_modify`.
#[inline]
pub unsafe fn vma_assert_can_modify(vma: &VmaRaw) {
    if vma_is_attached(vma) {
        // SAFETY: An attached VMA has an mm, whose lock the caller holds.
        unsafe { vma_assert_write_locked(vma) };
    }
}
