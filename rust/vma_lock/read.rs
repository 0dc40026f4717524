// SPDX-License-Identifier: GPL-2.0

//! Read locks: a reader raises the count, and wakes a waiting writer when it drops it.
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h),
//! C source: [`mm/mmap_lock.c`](srctree/mm/mmap_lock.c)

use crate::{
    error::StartReadError,
    hint::unlikely,
    mmap::mmap_assert_locked,
    refcnt::{
        __vma_are_readers_excluded,
        VM_REFCNT_LIMIT, //
    },
    sys::{
        rcu,
        MmRaw,
        RefcountExt,
        VmaRaw, //
    },
};
use core::ptr;

/// Decrements the count and returns the new one, exactly; 0 says that the VMA is now detached.
///
/// # Safety
///
/// The caller owns one count of `vma`, and gives it up.
///
/// # Ordering
///
/// RELEASE; ACQUIRE if the result is 0.
///
/// C: `__vma_refcount_put_return`.
#[inline]
#[must_use]
pub unsafe fn __vma_refcount_put_return(vma: &VmaRaw) -> u32 {
    match vma.vm_refcnt().dec_and_test_old() {
        (true, _) => 0,
        (false, old) => old.wrapping_sub(1),
    }
}

/// Drops a read lock; wakes the writer that waits for readers to leave, if this was the last one.
///
/// Others may raise the count at any time, only to drop it again, so the writer may be woken for
/// nothing. It looks again.
///
/// # Safety
///
/// The caller holds a read lock of `vma` and gives it up; the VMA must not be used afterwards. The
/// mm that the VMA belongs to must not be freed during the call (see [`vma_start_read`] for a case
/// where that has to be seen to).
///
/// # Context
///
/// Does not sleep.
///
/// # Ordering
///
/// RELEASE: what the reader did stays before the drop. Pairs with the ACQUIRE of the next reader;
/// for the writer, with barrier (A), through barrier (B) in the wakeup.
///
/// C: `vma_refcount_put`.
#[inline]
pub unsafe fn vma_refcount_put(vma: &VmaRaw) {
    // A copy, because the VMA may be freed as soon as the count is dropped.
    let mm = vma.vm_mm();

    vma.lockdep_release_read();
    // SAFETY: The caller owns a count. From here on the VMA may be gone.
    let newcnt = unsafe { __vma_refcount_put_return(vma) };

    // Judged by what this very decrement returned: a second look would be at somebody else's count,
    // in a VMA that may be gone.
    if newcnt != 0 && __vma_are_readers_excluded(newcnt as i32) {
        // SAFETY: The caller vouches for the mm.
        unsafe { (*mm).vma_writer_wait() }.wake_up();
    }
}

/// Tries to read-lock a VMA that was found under RCU.
///
/// May say [`StartReadError::Contended`] without need (when a sequence wraps, or the VMA went to
/// another mm); never locks what is write-locked.
///
/// RCU is held on entry, which `rcu` proves, and given back on success only: on failure it has been
/// dropped.
///
/// # Safety
///
/// `vma` was found in `mm` within the RCU read-side critical section of `rcu`, and `mm` stays alive.
///
/// # Context
///
/// Process context, in an RCU read-side critical section. Does not sleep on success. On failure,
/// once RCU has been dropped, another mm may have to be: `mmdrop` takes locks that are not to be had
/// in interrupts, and sleeps on PREEMPT_RT.
///
/// # Ordering
///
/// ACQUIRE on the count, against the later look at the sequences; ACQUIRE on the mm's sequence,
/// which pairs with the write barrier in `vma_end_write_all`: what the last writer stored is seen.
///
/// # Errors
///
/// See [`StartReadError`].
///
/// C: `vma_start_read`.
#[inline]
pub unsafe fn vma_start_read(
    mm: &MmRaw,
    vma: &VmaRaw,
    rcu: rcu::Guard,
) -> Result<rcu::Guard, StartReadError> {
    // A look without the lock, to spare the word a bounce. Nothing relies on it, so no ordering.
    if vma.vm_lock_seq() == mm.mm_lock_seq().read() {
        return Err(StartReadError::Contended);
    }

    // Fails if readers are excluded, because the limit is below the flag. ACQUIRE, so that neither
    // the look at the sequence below nor the caller's checks come before it.
    let (locked, oldcnt) = vma
        .vm_refcnt()
        .inc_not_zero_limited_acquire(VM_REFCNT_LIMIT);
    if unlikely(!locked) {
        return Err(match oldcnt {
            0 => StartReadError::Detached,
            _ => StartReadError::Contended,
        });
    }

    vma.lockdep_acquire_read();

    if unlikely(!ptr::eq(vma.vm_mm(), mm)) {
        // SAFETY: The read lock was taken above.
        unsafe { put_in_other_mm(vma, rcu) };
        return Err(StartReadError::Contended);
    }

    // Equal sequences mean write-locked, or wrapped around: both end here. The opposite mistake
    // cannot be made: the VMA's sequence changes only while no reader holds the count, and any
    // change of the mm's ends all write locks.
    if unlikely(vma.vm_lock_seq() == mm.mm_lock_seq().read_acquire()) {
        // SAFETY: The read lock was taken above; `mm` is alive, says the caller.
        unsafe { vma_refcount_put(vma) };
        return Err(StartReadError::Contended);
    }

    Ok(rcu)
}

/// Drops the read lock of a VMA that turned out to be in another mm, which nobody keeps alive.
///
/// That mm may go as soon as the count is dropped: its writer sees its condition fulfilled without
/// having slept. So it is grabbed first (CVE-2025-38554).
///
/// # Safety
///
/// The caller holds a read lock of `vma` and gives it up.
#[cold]
#[inline(never)]
unsafe fn put_in_other_mm(vma: &VmaRaw, rcu: rcu::Guard) {
    let other_mm = vma.vm_mm();

    // Dropping the last count of an mm is heavy, so not under RCU. The read lock keeps the VMA.
    drop(rcu);
    // SAFETY: While the VMA is read-locked its mm cannot be freed.
    unsafe { (*other_mm).mmgrab() };
    // SAFETY: The caller gives up its read lock; the mm was grabbed.
    unsafe { vma_refcount_put(vma) };
    // SAFETY: Undoes the mmgrab() above.
    unsafe { MmRaw::mmdrop(other_mm) };
}

/// Read-locks a VMA while the mmap lock is held for reading, which keeps all writers out; then the
/// mmap lock can be dropped. Returns false if there are too many readers: all else that makes it so,
/// a writer or a detached VMA, the mmap read lock excludes.
///
/// Use this, not [`vma_start_read`], where the mmap lock is held: that may fail without need.
///
/// # Safety
///
/// The caller holds the mmap lock of the VMA's mm for reading, and found the VMA in its tree.
///
/// # Context
///
/// Does not sleep.
///
/// # Ordering
///
/// ACQUIRE.
///
/// C: `vma_start_read_locked`.
#[inline]
#[must_use]
pub unsafe fn vma_start_read_locked(vma: &VmaRaw) -> bool {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_start_read_locked_nested(vma, 0) }
}

/// [`vma_start_read_locked`] of a second VMA. As in C, `subclass` is not handed to lockdep: the
/// annotation is that of a trylock, of which it does not check the order.
///
/// # Safety
///
/// As for [`vma_start_read_locked`].
///
/// C: `vma_start_read_locked_nested`.
#[inline]
#[must_use]
pub unsafe fn vma_start_read_locked_nested(vma: &VmaRaw, _subclass: i32) -> bool {
    // SAFETY: The mmap lock of the VMA's mm is held, so that mm is alive.
    mmap_assert_locked(unsafe { &*vma.vm_mm() });

    let (locked, _) = vma
        .vm_refcnt()
        .inc_not_zero_limited_acquire(VM_REFCNT_LIMIT);
    if unlikely(!locked) {
        return false;
    }

    vma.lockdep_acquire_read();
    true
}

/// Drops a read lock.
///
/// # Safety
///
/// As for [`vma_refcount_put`].
///
/// C: `vma_end_read`.
#[inline]
pub unsafe fn vma_end_read(vma: &VmaRaw) {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_refcount_put(vma) }
}
