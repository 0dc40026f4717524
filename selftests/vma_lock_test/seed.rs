// SPDX-License-Identifier: GPL-2.0

//! What calls the functions of the patch that this began with, as the kernel did before Linux 7.0.

use crate::{
    abi,
    wait::wake, //
};
use kernel::warn_on;
use vma_lock::{
    are_readers_excluded,
    sys::{
        TaskState,
        VmaRaw, //
    },
    Interrupted,
    __is_vma_write_locked,
    __vma_enter_locked,
    __vma_exit_locked,
    __vma_raw_mm_seqnum,
    __vma_refcount_put, //
};

/// # Safety
///
/// As for [`vma_lock::vma_refcount_put`].
pub(crate) unsafe fn vma_refcount_put(vma: &VmaRaw) {
    let mm = vma.vm_mm();
    let mut refcnt = 0;

    // SAFETY: The caller gives up a read lock.
    let detached = unsafe {
        abi::vma_lock_test_lockdep_release_read(vma.as_ptr());
        __vma_refcount_put(vma, Some(&mut refcnt))
    };
    if !detached && are_readers_excluded(refcnt) {
        // SAFETY: The caller vouches for the mm.
        wake(unsafe { &*mm });
    }
}

/// # Safety
///
/// As for [`vma_lock::vma_start_write_killable`].
pub(crate) unsafe fn vma_start_write_killable(vma: &VmaRaw) -> Result<(), Interrupted> {
    // SAFETY: The caller holds the mmap write lock.
    unsafe {
        if __is_vma_write_locked(vma) {
            return Ok(());
        }
        let locked = __vma_enter_locked(vma, false, TaskState::Killable)?;

        (*vma.as_ptr()).vm_lock_seq = __vma_raw_mm_seqnum(vma);
        if locked {
            let detached = __vma_exit_locked(vma);

            warn_on!(detached);
        }
    }
    Ok(())
}

/// # Safety
///
/// As for [`vma_lock::vma_mark_detached`].
pub(crate) unsafe fn vma_mark_detached(vma: &VmaRaw) {
    // SAFETY: The caller holds the locks; the count is the VMA's own.
    let detached = unsafe {
        __vma_refcount_put(vma, None) || {
            __vma_enter_locked(vma, true, TaskState::Uninterruptible) == Ok(true)
                && __vma_exit_locked(vma)
        }
    };

    warn_on!(!detached);
}
