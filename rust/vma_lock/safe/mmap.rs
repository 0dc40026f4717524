// SPDX-License-Identifier: GPL-2.0

//! Guards of the mmap lock. The kernel crate has none for writing.

use crate::{
    assert::vma_is_attached,
    mmap::{
        mmap_read_unlock,
        mmap_write_downgrade,
        mmap_write_unlock, //
    },
    read::vma_start_read_locked,
    safe::{
        vma::{
            Attached,
            Vma, //
        },
        Mm,
        ReadGuard,
        TooManyReaders, //
    },
    sys::{
        NotThreadSafe,
        VmaIter, //
    }, //
};
use core::mem::ManuallyDrop;

/// The mmap lock, held for reading. Dropping the guard unlocks.
///
/// # Invariants
///
/// The current task holds the mmap lock of `mm` for reading, which this guard stands for.
#[must_use = "the mmap lock is dropped when the guard is"]
pub struct MmapReadGuard<'mm> {
    mm: &'mm Mm,
    _nts: NotThreadSafe,
}

impl<'mm> MmapReadGuard<'mm> {
    /// Stands for the lock that was just taken.
    #[inline]
    pub(super) fn new(mm: &'mm Mm) -> Self {
        // INVARIANT: All callers have just taken the lock.
        Self {
            mm,
            _nts: NotThreadSafe,
        }
    }

    /// Read-locks the VMA at `address`; the mmap lock can be dropped then. `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`TooManyReaders`]: there is no way to lock it but to wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use vma_lock::safe::{Mm, ReadGuard, TooManyReaders};
    ///
    /// /// Sleeps if it must, but does not come back empty-handed because of a writer.
    /// fn lock(mm: &Mm, addr: usize) -> Result<Option<ReadGuard<'_>>, TooManyReaders> {
    ///     if let Some(vma) = mm.lock_vma_under_rcu(addr) {
    ///         return Ok(Some(vma));
    ///     }
    ///     mm.mmap_read_lock().start_read(addr)
    /// }
    /// ```
    ///
    /// C: `vma_lookup`, `vma_start_read_locked`.
    #[inline]
    pub fn start_read(&self, address: usize) -> Result<Option<ReadGuard<'mm>>, TooManyReaders> {
        // SAFETY: The mmap lock is held.
        let Some(vma) = (unsafe { VmaIter::new(self.mm.raw(), address).walk() }) else {
            return Ok(None);
        };

        // SAFETY: Found under the mmap lock, which is held.
        if !unsafe { vma_start_read_locked(vma) } {
            return Err(TooManyReaders);
        }
        // SAFETY: Locked above.
        Ok(Some(unsafe { ReadGuard::from_raw(vma) }))
    }
}

impl Drop for MmapReadGuard<'_> {
    /// C: `mmap_read_unlock`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        unsafe { mmap_read_unlock(self.mm.raw()) };
    }
}

/// The mmap lock, held for writing. Dropping the guard unlocks, and ends all VMA write locks.
///
/// # Invariants
///
/// The current task holds the mmap lock of `mm` for writing, which this guard stands for.
#[must_use = "the mmap lock is dropped when the guard is"]
pub struct MmapWriteGuard<'mm> {
    mm: &'mm Mm,
    _nts: NotThreadSafe,
}

impl<'mm> MmapWriteGuard<'mm> {
    /// Stands for the lock that was just taken.
    #[inline]
    pub(super) fn new(mm: &'mm Mm) -> Self {
        // INVARIANT: All callers have just taken the lock.
        Self {
            mm,
            _nts: NotThreadSafe,
        }
    }

    /// The VMA at `address`. C: `vma_lookup`.
    ///
    /// The guard is borrowed for as long as the VMA is used, so that there is but one of it.
    #[inline]
    pub fn vma_lookup(&mut self, address: usize) -> Option<Vma<'_, Attached>> {
        // SAFETY: The mmap lock is held.
        let vma = unsafe { VmaIter::new(self.mm.raw(), address).walk() }?;

        // One that was detached but is still in the tree is none.
        // SAFETY: Attached, and under the mmap write lock it stays so; `self` is borrowed mutably.
        vma_is_attached(vma).then(|| unsafe { Vma::from_raw(self, vma) })
    }

    /// Ends all VMA write locks, and goes on with the lock held for reading.
    /// C: `mmap_write_downgrade`.
    ///
    /// # Examples
    ///
    /// ```
    /// use vma_lock::safe::{Mm, ReadGuard};
    ///
    /// /// No other writer comes in between.
    /// fn change_then_read(mm: &Mm, addr: usize) -> Option<ReadGuard<'_>> {
    ///     let mut mmap = mm.mmap_write_lock();
    ///     let vma = mmap.vma_lookup(addr)?.start_write();
    ///     // ... change it by `vma.as_ptr()` ...
    ///     drop(vma);
    ///     mmap.downgrade().start_read(addr).ok()?
    /// }
    /// ```
    #[inline]
    pub fn downgrade(self) -> MmapReadGuard<'mm> {
        let guard = ManuallyDrop::new(self);

        // SAFETY: By the type invariant. The write lock is not dropped a second time.
        unsafe { mmap_write_downgrade(guard.mm.raw()) };
        MmapReadGuard::new(guard.mm)
    }
}

impl Drop for MmapWriteGuard<'_> {
    /// C: `mmap_write_unlock`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        unsafe { mmap_write_unlock(self.mm.raw()) };
    }
}
