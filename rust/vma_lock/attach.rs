// SPDX-License-Identifier: GPL-2.0

//! Attaching a VMA to its mm, and detaching it: after the latter no reader can get at it.
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h),
//! C source: [`mm/mmap_lock.c`](srctree/mm/mmap_lock.c)

use crate::{
    assert::{
        vma_assert_attached,
        vma_assert_detached,
        vma_assert_write_locked, //
    },
    exclude::{
        VmaExcludeReadersState, //
        __vma_end_exclude_readers,
        __vma_start_exclude_readers,
    },
    read::__vma_refcount_put_return,
    sys::{
        warn_on_once,
        RefcountExt,
        TaskState,
        VmaRaw, //
    }, //
};

/// Makes the lock of a VMA new: not write-locked and, if `reset_refcnt`, detached.
///
/// A VMA that comes back from its cache keeps its count (0), because a reader that found it in its
/// former life may be looking at it: then `reset_refcnt` is false.
///
/// # Safety
///
/// Nobody else uses the VMA, but for readers that find it detached.
///
/// C: `vma_lock_init`.
#[inline]
pub unsafe fn vma_lock_init(vma: &VmaRaw, reset_refcnt: bool) {
    vma.lockdep_init();
    if reset_refcnt {
        vma.vm_refcnt().set(0);
    }
    vma.set_vm_lock_seq(u32::MAX);
}

/// Attaches a VMA: readers that find it can lock it once it is no longer write-locked.
///
/// # Safety
///
/// The caller holds the mmap write lock, has write-locked the VMA, and the VMA is detached.
///
/// # Context
///
/// Does not sleep.
///
/// # Ordering
///
/// RELEASE: the VMA is complete before it can be locked. Pairs with the ACQUIRE in
/// `vma_start_read`.
///
/// C: `vma_mark_attached`.
#[inline]
pub unsafe fn vma_mark_attached(vma: &VmaRaw) {
    // SAFETY: The caller holds the mmap write lock.
    unsafe { vma_assert_write_locked(vma) };
    vma_assert_detached(vma);
    vma.vm_refcnt().set_release(1);
}

/// Detaches a VMA: on return it has no reader, and cannot get one.
///
/// # Safety
///
/// The caller holds the mmap write lock, has write-locked the VMA, and the VMA is attached.
///
/// # Context
///
/// Seldom sleeps, uninterruptibly: only if a reader is just about to find out that the VMA is
/// write-locked.
///
/// # Ordering
///
/// RELEASE on the count, and ACQUIRE if the caller's own decrement or subtraction takes it to 0. If
/// a reader's does, the caller learns of it by a plain look: what it stores from then on (freeing the
/// VMA, say) comes after all that readers did, but its loads are not ordered.
///
/// C: `vma_mark_detached`.
#[inline]
pub unsafe fn vma_mark_detached(vma: &VmaRaw) {
    // SAFETY: The caller holds the mmap write lock.
    unsafe { vma_assert_write_locked(vma) };
    vma_assert_attached(vma);

    // A count that stays above 0 is rare. The VMA is write-locked, so a reader can raise the count
    // only between its first look at the sequence and its second, and then drops it again. In that
    // narrow window the VMA must not be freed.
    // SAFETY: The count that an attached VMA has of its own is given up here.
    if unsafe { __vma_refcount_put_return(vma) } == 0 {
        return;
    }

    // SAFETY: The caller holds the mmap write lock; the count was dropped above.
    unsafe { __vma_exclude_readers_for_detach(vma) };
}

/// Waits for the readers of a VMA whose own count has been dropped, and leaves it detached.
///
/// # Safety
///
/// The caller holds the mmap write lock, has write-locked the VMA and dropped its own count.
///
/// # Context
///
/// Sleeps, uninterruptibly, until the readers are gone.
///
/// C: `__vma_exclude_readers_for_detach`.
#[cold]
pub unsafe fn __vma_exclude_readers_for_detach(vma: &VmaRaw) {
    let mut ves = VmaExcludeReadersState::new(vma, TaskState::Uninterruptible, true);

    // SAFETY: The caller holds the mmap write lock.
    let started = unsafe { __vma_start_exclude_readers(&mut ves) };
    if started.is_ok() && ves.exclusive {
        // From here on no reader can raise the count.
        // SAFETY: `ves.exclusive` says that the flag is ours to give back.
        unsafe { __vma_end_exclude_readers(&mut ves) };
    }
    // However it ended, detached is what counts.
    warn_on_once!(!ves.detached);
}
