// SPDX-License-Identifier: GPL-2.0

//! Write locks: a VMA is write-locked while its sequence equals that of its mm.
//!
//! There is no unlock for one VMA. All are dropped at once when the mmap write lock is, by bumping
//! the mm's sequence.
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h),
//! C source: [`mm/mmap_lock.c`](srctree/mm/mmap_lock.c)

use crate::{
    error::Interrupted,
    exclude::{
        VmaExcludeReadersState, //
        __vma_end_exclude_readers,
        __vma_start_exclude_readers,
    },
    hint::unlikely,
    mmap::mmap_assert_write_locked,
    sys::{
        warn_on_once,
        TaskState,
        VmaRaw, //
    },
};

/// The sequence of the VMA's mm.
///
/// # Safety
///
/// The caller holds the mmap write lock of the VMA's mm: the sequence cannot change, and the mm is
/// alive.
///
/// C: `__vma_raw_mm_seqnum`.
#[inline]
#[must_use]
pub unsafe fn __vma_raw_mm_seqnum(vma: &VmaRaw) -> u32 {
    // SAFETY: The caller vouches for the mm.
    let mm = unsafe { &*vma.vm_mm() };

    mmap_assert_write_locked(mm);
    mm.mm_lock_seq().read()
}

/// Whether the VMA is write-locked.
///
/// # Safety
///
/// As for [`__vma_raw_mm_seqnum`].
///
/// C: `__is_vma_write_locked`.
#[inline]
#[must_use]
pub unsafe fn __is_vma_write_locked(vma: &VmaRaw) -> bool {
    // SAFETY: The caller vouches for the same.
    vma.vm_lock_seq() == unsafe { __vma_raw_mm_seqnum(vma) }
}

/// Write-locks a VMA that is not write-locked yet. See [`vma_start_write`].
///
/// On a detached VMA there are no readers to exclude: it only notes the sequence, which
/// `vma_mark_attached` relies on.
///
/// # Safety
///
/// As for [`vma_start_write`].
///
/// # Errors
///
/// [`Interrupted`] if a signal that ends sleeps in `state` arrived first; the VMA is as it was.
///
/// C: `__vma_start_write`.
pub unsafe fn __vma_start_write(vma: &VmaRaw, state: TaskState) -> Result<(), Interrupted> {
    // SAFETY: The caller holds the mmap write lock.
    let mm_lock_seq = unsafe { __vma_raw_mm_seqnum(vma) };
    let mut ves = VmaExcludeReadersState::new(vma, state, false);

    // SAFETY: The caller holds the mmap write lock.
    let started = unsafe { __vma_start_exclude_readers(&mut ves) };
    if unlikely(started.is_err()) {
        warn_on_once!(ves.detached);
        return started;
    }

    // Readers look at it without the lock, in the first check of vma_start_read().
    vma.set_vm_lock_seq(mm_lock_seq);

    if ves.exclusive {
        // SAFETY: `ves.exclusive` says that the flag is ours to give back.
        unsafe { __vma_end_exclude_readers(&mut ves) };
        // The VMA's own count is there, so it stays attached.
        warn_on_once!(ves.detached);
    }

    Ok(())
}

/// Write-locks a VMA: keeps readers out until the mmap write lock is dropped or downgraded.
///
/// # Safety
///
/// The caller holds the mmap write lock of the VMA's mm, and the VMA belongs to that mm.
///
/// # Context
///
/// Sleeps, uninterruptibly, while there are readers.
///
/// C: `vma_start_write`.
#[inline]
pub unsafe fn vma_start_write(vma: &VmaRaw) {
    // SAFETY: The caller holds the mmap write lock.
    if unsafe { __is_vma_write_locked(vma) } {
        return;
    }

    // No signal ends an uninterruptible sleep, so there is no error to hand on.
    // SAFETY: The caller holds the mmap write lock.
    let _ = unsafe { __vma_start_write(vma, TaskState::Uninterruptible) };
}

/// [`vma_start_write`], but a fatal signal ends the sleep.
///
/// # Safety
///
/// As for [`vma_start_write`].
///
/// # Errors
///
/// [`Interrupted`] if a fatal signal arrived before the readers had gone. The VMA is not locked.
///
/// C: `vma_start_write_killable`.
#[inline]
pub unsafe fn vma_start_write_killable(vma: &VmaRaw) -> Result<(), Interrupted> {
    // SAFETY: The caller holds the mmap write lock.
    if unsafe { __is_vma_write_locked(vma) } {
        return Ok(());
    }

    // SAFETY: The caller holds the mmap write lock.
    unsafe { __vma_start_write(vma, TaskState::Killable) }
}
