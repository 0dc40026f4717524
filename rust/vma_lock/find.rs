// SPDX-License-Identifier: GPL-2.0

//! Finding a VMA and read-locking it, without the mmap lock if that can be had.
//!
//! C source: [`mm/mmap_lock.c`](srctree/mm/mmap_lock.c)

use crate::{
    error::{
        LockVmaError,
        StartReadError,
        TooManyReaders, //
    },
    mmap::{
        mmap_lock_speculate_retry,
        mmap_lock_speculate_try_begin,
        mmap_read_lock_killable,
        mmap_read_unlock, //
    },
    read::{
        vma_end_read,
        vma_start_read,
        vma_start_read_locked, //
    },
    sys::{
        count_vm_vma_lock_event,
        rcu,
        MmRaw,
        VmaIter,
        VmaLockEvent,
        VmaRaw, //
    },
};
use core::ptr;

/// Finds the VMA at `address` under RCU and read-locks it; `None` if there is none, or if it could
/// not be locked at once: then take the mmap lock.
///
/// The result is stable and attached until [`vma_end_read`].
///
/// # Safety
///
/// The mm has users (`mm_users` is not 0) and keeps them during the call.
///
/// # Context
///
/// Process context. Does not sleep, but where [`vma_start_read`] may.
///
/// # Ordering
///
/// As for [`vma_start_read`].
///
/// C: `lock_vma_under_rcu`.
pub unsafe fn lock_vma_under_rcu(mm: &MmRaw, address: usize) -> Option<&VmaRaw> {
    let mut vmi = VmaIter::new(mm, address);

    let vma = loop {
        let rcu = rcu::read_lock();
        // SAFETY: RCU is held, and by vma_start_read() until the VMA is locked.
        let Some(vma) = (unsafe { vmi.walk() }) else {
            break None;
        };

        // SAFETY: The VMA was found in `mm`, which is alive, under `rcu`.
        match unsafe { vma_start_read(mm, vma, rcu) } {
            // Locked and attached: RCU is no longer needed, and dropped here.
            Ok(_) => break Some(vma),
            Err(StartReadError::Contended) => break None,
            Err(StartReadError::Detached) => {
                count_vm_vma_lock_event(VmaLockEvent::Miss);
                // Something else may be there by now.
                vmi.set(address);
            }
        }
    };

    if let Some(vma) = vma {
        let (start, end) = vma.range();

        // It may have shrunk, or gone elsewhere in the mm, before it was locked.
        if start <= address && address < end {
            return Some(vma);
        }
        // SAFETY: Locked above.
        unsafe { vma_end_read(vma) };
    }

    count_vm_vma_lock_event(VmaLockEvent::Abort);
    None
}

/// Finds the next VMA from `from_addr` on, and read-locks it, under the mmap lock.
///
/// # Safety
///
/// As for [`lock_next_vma`]; RCU is not held.
///
/// C: `lock_next_vma_under_mmap_lock`.
unsafe fn lock_next_vma_under_mmap_lock<'mm>(
    vmi: &mut VmaIter<'mm>,
    from_addr: usize,
) -> Result<Option<&'mm VmaRaw>, LockVmaError> {
    let mm = vmi.mm();

    // SAFETY: Dropped below.
    unsafe { mmap_read_lock_killable(mm) }?;

    vmi.set(from_addr);
    // SAFETY: The mmap lock is held.
    let ret = match unsafe { vmi.next() } {
        // SAFETY: The VMA was found under the mmap lock, which is held for reading.
        Some(vma) if !unsafe { vma_start_read_locked(vma) } => Err(TooManyReaders.into()),
        vma => Ok(vma),
    };

    // SAFETY: Taken above.
    unsafe { mmap_read_unlock(mm) };
    ret
}

/// Finds the next VMA of `vmi`'s mm from `from_addr` on, and read-locks it; `None` if there is no
/// more.
///
/// Under RCU if that can be done, otherwise under the mmap lock. No VMA that is there all the time
/// is passed over: if the address space may have changed since the VMA was found, it is looked for
/// once more.
///
/// RCU is held on entry and on return, but not all of the time in between: the guard is handed in
/// and back.
///
/// # Safety
///
/// The iterator's mm has users and keeps them during the call. `vmi` stands at `from_addr`, in the
/// same critical section of RCU.
///
/// # Context
///
/// Process context, in an RCU read-side critical section on entry; sleeps on the mmap lock without
/// it. Whoever holds a read lock of another VMA of this mm deadlocks with a writer that waits for it.
///
/// # Errors
///
/// See [`LockVmaError`].
///
/// C: `lock_next_vma`.
pub unsafe fn lock_next_vma<'mm>(
    vmi: &mut VmaIter<'mm>,
    from_addr: usize,
    mut rcu: rcu::Guard,
) -> (Result<Option<&'mm VmaRaw>, LockVmaError>, rcu::Guard) {
    let mm = vmi.mm();

    loop {
        // In case the VMA has to be verified later.
        let seq = mmap_lock_speculate_try_begin(mm);

        // SAFETY: RCU is held.
        let Some(vma) = (unsafe { vmi.next() }) else {
            return (Ok(None), rcu);
        };

        // SAFETY: The VMA was found in `mm` under `rcu`.
        match unsafe { vma_start_read(mm, vma, rcu) } {
            Ok(guard) => {
                // SAFETY: Locked above; `guard` is held.
                if unsafe { is_next(vmi, vma, from_addr, seq) } {
                    return (Ok(Some(vma)), guard);
                }
                drop(guard);
                // SAFETY: Locked above.
                unsafe { vma_end_read(vma) };
                break;
            }
            Err(StartReadError::Contended) => break,
            Err(StartReadError::Detached) => {
                rcu = rcu::read_lock();
                vmi.set(from_addr);
            }
        }
    }

    // SAFETY: The caller vouches for the mm; RCU has been dropped.
    let ret = unsafe { lock_next_vma_under_mmap_lock(vmi, from_addr) };
    let rcu = rcu::read_lock();
    // What the iterator remembers is from before this critical section.
    vmi.set(match ret {
        Ok(Some(vma)) => vma.range().1,
        _ => from_addr,
    });
    (ret, rcu)
}

/// Whether `vma`, read-locked by now, is the next one from `from_addr` on.
///
/// # Safety
///
/// RCU is held, `vma` is read-locked, `seq` was read before `vma` was found.
#[inline]
unsafe fn is_next<'mm>(
    vmi: &mut VmaIter<'mm>,
    vma: &'mm VmaRaw,
    from_addr: usize,
    seq: Option<u32>,
) -> bool {
    let (start, end) = vma.range();

    // Behind the place to start from.
    if from_addr >= end {
        return false;
    }
    // Ahead of it: it may have shrunk, and another one may have come in between, since it was found.
    if from_addr < start && seq.is_none_or(|seq| mmap_lock_speculate_retry(vmi.mm(), seq)) {
        vmi.set(from_addr);
        // SAFETY: RCU is held.
        return unsafe { vmi.next() }.is_some_and(|next| ptr::eq(next, vma));
    }
    true
}
