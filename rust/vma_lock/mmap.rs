// SPDX-License-Identifier: GPL-2.0

//! The mmap lock, as far as VMA locks depend on it: its sequence, and what drops all write locks.
//!
//! The sequence is odd while the mmap lock is held for writing. A VMA is write-locked while its own
//! sequence equals it, so bumping it when the mmap lock is dropped ends all write locks at once.
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h)

use crate::{
    error::Interrupted,
    sys::{
        trace,
        MmRaw, //
    }, //
};

/// Warns unless somebody holds the mmap lock (with lockdep, unless the current task does).
/// C: `mmap_assert_locked`.
#[inline]
pub fn mmap_assert_locked(mm: &MmRaw) {
    mm.mmap_lock().assert_held();
}

/// Warns unless somebody holds the mmap lock for writing (with lockdep, unless the current task
/// does). C: `mmap_assert_write_locked`.
#[inline]
pub fn mmap_assert_write_locked(mm: &MmRaw) {
    mm.mmap_lock().assert_held_write();
}

/// Makes the sequence of a new mm: 0, not write-locked. C: `mm_lock_seqcount_init`.
///
/// # Safety
///
/// Nobody else uses the mm yet.
#[inline]
pub unsafe fn mm_lock_seqcount_init(mm: &MmRaw) {
    mm.mm_lock_seq_init();
}

/// The sequence becomes odd. C: `mm_lock_seqcount_begin`.
///
/// # Safety
///
/// The current task has just taken the mmap lock for writing.
///
/// # Ordering
///
/// A write barrier after it: speculation sees the odd sequence before anything the writer changes.
#[inline]
pub unsafe fn mm_lock_seqcount_begin(mm: &MmRaw) {
    mm.mm_lock_seq().write_begin();
}

/// The sequence becomes even: all VMA write locks end. C: `mm_lock_seqcount_end`.
///
/// # Safety
///
/// The current task holds the mmap lock for writing.
///
/// # Ordering
///
/// A write barrier before it. Pairs with the ACQUIRE of the sequence in `vma_start_read`: a reader
/// that finds the VMA unlocked sees all that the writer stored. (C's comments say RELEASE, which
/// would order the writer's loads as well; the code is an `smp_wmb()`.)
#[inline]
pub unsafe fn mm_lock_seqcount_end(mm: &MmRaw) {
    mm.mm_lock_seq_end();
}

/// Begins to read without any lock, in the hope that no writer comes; `None` if one is there. Then
/// the slow path is the better one, since the mmap lock sleeps.
///
/// # Ordering
///
/// ACQUIRE.
///
/// C: `mmap_lock_speculate_try_begin`.
#[inline]
pub fn mmap_lock_speculate_try_begin(mm: &MmRaw) -> Option<u32> {
    mm.mm_lock_seq().raw_try_begin()
}

/// Whether a writer came since `seq` was read: then what has been read since is void.
///
/// # Ordering
///
/// A read barrier before it.
///
/// C: `mmap_lock_speculate_retry`.
#[inline]
#[must_use]
pub fn mmap_lock_speculate_retry(mm: &MmRaw, seq: u32) -> bool {
    mm.mm_lock_seq().read_retry(seq)
}

/// Takes the mmap lock for writing. Sleeps, for ever if the current task holds it already.
///
/// # Safety
///
/// The caller drops the lock again, by [`mmap_write_unlock`], before the current task ends or goes
/// back to user space.
///
/// C: `mmap_write_lock`.
#[inline]
pub unsafe fn mmap_write_lock(mm: &MmRaw) {
    trace::start_locking(mm, true);
    mm.mmap_lock().down_write();
    // SAFETY: Taken above.
    unsafe { mm_lock_seqcount_begin(mm) };
    trace::acquire_returned(mm, true, true);
}

/// [`mmap_write_lock`] of a second mm. Sleeps.
///
/// # Safety
///
/// As for [`mmap_write_lock`].
///
/// C: `mmap_write_lock_nested`.
#[inline]
pub unsafe fn mmap_write_lock_nested(mm: &MmRaw, subclass: i32) {
    trace::start_locking(mm, true);
    mm.mmap_lock().down_write_nested(subclass);
    // SAFETY: Taken above.
    unsafe { mm_lock_seqcount_begin(mm) };
    trace::acquire_returned(mm, true, true);
}

/// [`mmap_write_lock`], but a fatal signal ends the wait.
///
/// # Safety
///
/// As for [`mmap_write_lock`].
///
/// # Errors
///
/// [`Interrupted`]: the lock was not taken.
///
/// C: `mmap_write_lock_killable`.
#[inline]
pub unsafe fn mmap_write_lock_killable(mm: &MmRaw) -> Result<(), Interrupted> {
    trace::start_locking(mm, true);
    let locked = mm.mmap_lock().down_write_killable();
    if locked {
        // SAFETY: Taken above.
        unsafe { mm_lock_seqcount_begin(mm) };
    }
    trace::acquire_returned(mm, true, locked);
    locked.then_some(()).ok_or(Interrupted)
}

/// Drops all VMA write locks of this mm, those of callers further up included.
///
/// # Safety
///
/// The current task holds the mmap lock for writing, and is about to drop or downgrade it.
///
/// C: `vma_end_write_all`.
#[inline]
pub unsafe fn vma_end_write_all(mm: &MmRaw) {
    mmap_assert_write_locked(mm);
    // SAFETY: The caller holds the lock.
    unsafe { mm_lock_seqcount_end(mm) };
}

/// Drops the mmap write lock, and all VMA write locks with it. C: `mmap_write_unlock`.
///
/// # Safety
///
/// The current task holds the mmap lock for writing, and gives it up.
#[inline]
pub unsafe fn mmap_write_unlock(mm: &MmRaw) {
    trace::released(mm, true);
    // SAFETY: The caller holds the lock.
    unsafe {
        vma_end_write_all(mm);
        mm.mmap_lock().up_write();
    }
}

/// Turns the mmap write lock into a read lock, and drops all VMA write locks.
/// C: `mmap_write_downgrade`.
///
/// # Safety
///
/// The current task holds the mmap lock for writing; from here on it holds it for reading.
#[inline]
pub unsafe fn mmap_write_downgrade(mm: &MmRaw) {
    trace::acquire_returned(mm, false, true);
    // SAFETY: The caller holds the lock.
    unsafe {
        vma_end_write_all(mm);
        mm.mmap_lock().downgrade_write();
    }
}

/// Takes the mmap lock for reading. Sleeps, for ever if the current task holds it for writing.
///
/// # Safety
///
/// The caller drops the lock again, by [`mmap_read_unlock`], before the current task ends or goes
/// back to user space.
///
/// C: `mmap_read_lock`.
#[inline]
pub unsafe fn mmap_read_lock(mm: &MmRaw) {
    trace::start_locking(mm, false);
    mm.mmap_lock().down_read();
    trace::acquire_returned(mm, false, true);
}

/// [`mmap_read_lock`], but a fatal signal ends the wait.
///
/// # Safety
///
/// As for [`mmap_read_lock`].
///
/// # Errors
///
/// [`Interrupted`]: the lock was not taken.
///
/// C: `mmap_read_lock_killable`.
#[inline]
pub unsafe fn mmap_read_lock_killable(mm: &MmRaw) -> Result<(), Interrupted> {
    trace::start_locking(mm, false);
    let locked = mm.mmap_lock().down_read_killable();
    trace::acquire_returned(mm, false, locked);
    locked.then_some(()).ok_or(Interrupted)
}

/// Takes the mmap lock for reading if that can be done at once.
///
/// # Safety
///
/// As for [`mmap_read_lock`].
///
/// C: `mmap_read_trylock`.
#[inline]
#[must_use]
pub unsafe fn mmap_read_trylock(mm: &MmRaw) -> bool {
    trace::start_locking(mm, false);
    let locked = mm.mmap_lock().down_read_trylock();
    trace::acquire_returned(mm, false, locked);
    locked
}

/// Drops the mmap read lock. C: `mmap_read_unlock`.
///
/// # Safety
///
/// The current task holds the mmap lock for reading, and gives it up.
#[inline]
pub unsafe fn mmap_read_unlock(mm: &MmRaw) {
    trace::released(mm, false);
    // SAFETY: The caller holds the lock.
    unsafe { mm.mmap_lock().up_read() };
}

/// Whether anybody waits for the mmap lock. C: `mmap_lock_is_contended`.
#[inline]
#[must_use]
pub fn mmap_lock_is_contended(mm: &MmRaw) -> bool {
    mm.mmap_lock().is_contended()
}
