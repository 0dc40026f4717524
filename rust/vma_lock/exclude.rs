// SPDX-License-Identifier: GPL-2.0

//! Excluding readers: raise the flag, wait until all readers are gone, lower the flag.
//!
//! C source: [`mm/mmap_lock.c`](srctree/mm/mmap_lock.c)

use crate::{
    error::Interrupted,
    hint::unlikely,
    mmap::mmap_assert_write_locked,
    rcuwait::rcuwait_wait_event,
    refcnt::VM_REFCNT_EXCLUDE_READERS_FLAG,
    sys::{
        vm_warn_on_once,
        RefcountExt,
        TaskState,
        VmaRaw, //
    },
};

/// What [`__vma_start_exclude_readers`] and [`__vma_end_exclude_readers`] share.
/// C: `struct vma_exclude_readers_state`.
pub struct VmaExcludeReadersState<'a> {
    /// Input: the VMA.
    pub vma: &'a VmaRaw,
    /// Input: how to sleep.
    pub state: TaskState,
    /// Input: whether the VMA's own count has been dropped already, so that none is to be left.
    pub detaching: bool,
    /// Output: the VMA was detached, or is now.
    pub detached: bool,
    /// Output: readers are excluded, and [`__vma_end_exclude_readers`] is owed.
    pub exclusive: bool,
}

impl<'a> VmaExcludeReadersState<'a> {
    /// The input as given, no output yet.
    pub const fn new(vma: &'a VmaRaw, state: TaskState, detaching: bool) -> Self {
        Self {
            vma,
            state,
            detaching,
            detached: false,
            exclusive: false,
        }
    }

    /// The count at which no reader is left. C: `get_target_refcnt`.
    const fn target_refcnt(&self) -> u32 {
        let attached = if self.detaching { 0 } else { 1 };

        attached | VM_REFCNT_EXCLUDE_READERS_FLAG
    }
}

/// Makes new readers fail and waits until those that are there have gone.
///
/// On return `ves.exclusive` tells whether readers are excluded; if so the caller owes
/// [`__vma_end_exclude_readers`]. On a detached VMA there is nobody to exclude: `ves.detached` is
/// set, there is no wait. `vma_refcount_put` is the other side: the last reader wakes this task.
///
/// # Safety
///
/// The caller holds the mmap lock of the VMA's mm for writing, and the VMA belongs to that mm.
///
/// # Context
///
/// Sleeps in `ves.state` until the readers are gone.
///
/// # Ordering
///
/// The increment is unordered; barrier (A) of the wait puts it, and the registration as a waiter,
/// before the first look at the count. That look is relaxed: once it finds the readers gone, stores
/// of the caller come after all that they did, by the control dependency; loads need not.
///
/// # Errors
///
/// [`Interrupted`] if a signal ended the wait. The flag has been given back.
///
/// C: `__vma_start_exclude_readers`, before Linux 7.0 [`__vma_enter_locked`](crate::__vma_enter_locked).
pub unsafe fn __vma_start_exclude_readers(
    ves: &mut VmaExcludeReadersState<'_>,
) -> Result<(), Interrupted> {
    let vma = ves.vma;
    let tgt_refcnt = ves.target_refcnt();
    // SAFETY: The mmap lock of the VMA's mm is held, so that mm is alive.
    let mm = unsafe { &*vma.vm_mm() };

    mmap_assert_write_locked(mm);

    // Only vma_mark_attached() raises a count of 0, and the mmap write lock excludes it.
    if unlikely(!vma.vm_refcnt().add_not_zero(VM_REFCNT_EXCLUDE_READERS_FLAG)) {
        ves.detached = true;
        return Ok(());
    }

    vma.lockdep_acquire_exclusive();
    // SAFETY: The mmap write lock excludes a second waiter; to read a word is not to sleep.
    let waited = unsafe {
        rcuwait_wait_event(
            mm.vma_writer_wait(),
            || vma.vm_refcnt().read() == tgt_refcnt,
            ves.state,
        )
    };
    if unlikely(waited.is_err()) {
        // A flag left behind would keep all readers out, and a detacher asleep, for ever.
        // SAFETY: The flag was added above.
        unsafe { __vma_end_exclude_readers(ves) };
        return waited;
    }

    vma.lockdep_stat_mark_acquired();
    ves.exclusive = true;
    Ok(())
}

/// Lets readers in again; `ves.detached` tells whether that left the VMA detached.
///
/// # Safety
///
/// The flag of `ves.vma` was added by [`__vma_start_exclude_readers`] and has not been given back.
/// The mmap write lock has been held since.
///
/// # Context
///
/// Does not sleep.
///
/// # Ordering
///
/// RELEASE; ACQUIRE if the VMA is now detached.
///
/// C: `__vma_end_exclude_readers`, before Linux 7.0 [`__vma_exit_locked`](crate::__vma_exit_locked).
#[inline]
pub unsafe fn __vma_end_exclude_readers(ves: &mut VmaExcludeReadersState<'_>) {
    vm_warn_on_once!(ves.detached);

    ves.detached = ves
        .vma
        .vm_refcnt()
        .sub_and_test(VM_REFCNT_EXCLUDE_READERS_FLAG);
    ves.vma.lockdep_release_exclusive();
}
