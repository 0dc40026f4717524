// SPDX-License-Identifier: GPL-2.0

//! Guards of the mmap lock. That of the kernel crate cannot be made out of a lock that was taken
//! killably or downgraded, and it has none for writing.

use crate::{
    assert::vma_is_attached,
    error::TooManyReaders,
    mmap::{
        mmap_read_unlock,
        mmap_write_downgrade,
        mmap_write_unlock, //
    },
    read::vma_start_read_locked,
    safe::{
        mm::raw,
        vma::{
            Attached,
            Vma, //
        },
        ReadGuard, //
    },
    sys::{
        NotThreadSafe,
        VmaIter,
        VmaRaw, //
    }, //
};
use core::mem::ManuallyDrop;
use kernel::mm::{
    self,
    virt::VmaRef,
    MmWithUser, //
};

mod sealed {
    pub trait Sealed {}
    impl Sealed for kernel::mm::MmapReadGuard<'_> {}
    impl Sealed for super::MmapReadGuard<'_> {}
}

/// What can be done under the mmap lock, held for reading.
pub trait MmapStartRead<'mm>: sealed::Sealed {
    /// Read-locks the VMA at `address`; then the mmap lock can be dropped. `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`TooManyReaders`]: there is no way to lock it but to wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::MmWithUser;
    /// use vma_lock::{safe::{MmapStartRead, ReadGuard}, TooManyReaders};
    ///
    /// type Found<'mm> = Option<ReadGuard<'mm>>;
    ///
    /// /// Trades the mmap lock for the locks of two VMAs.
    /// fn lock(mm: &MmWithUser, src: usize, dst: usize) -> Result<[Found<'_>; 2], TooManyReaders> {
    ///     let mmap = mm.mmap_read_lock();
    ///
    ///     Ok([mmap.start_read(src)?, mmap.start_read(dst)?])
    /// }
    /// ```
    ///
    /// C: `vma_lookup`, `vma_start_read_locked`.
    fn start_read(&self, address: usize) -> Result<Option<ReadGuard<'mm>>, TooManyReaders>;
}

/// # Safety
///
/// `vma` was found under the mmap lock, which is held for reading, and its mm has users during `'mm`.
#[inline]
unsafe fn start_read_locked<'mm>(vma: &VmaRef) -> Result<Option<ReadGuard<'mm>>, TooManyReaders> {
    // SAFETY: It stays a VMA while it is locked, which it is below, before anybody uses it.
    let vma = unsafe { VmaRaw::from_raw(vma.as_ptr()) };

    // SAFETY: The caller vouches for the lock.
    if !unsafe { vma_start_read_locked(vma) } {
        return Err(TooManyReaders);
    }
    // SAFETY: Locked above.
    Ok(Some(unsafe { ReadGuard::from_raw(vma) }))
}

impl<'mm> MmapStartRead<'mm> for mm::MmapReadGuard<'mm> {
    #[inline]
    fn start_read(&self, address: usize) -> Result<Option<ReadGuard<'mm>>, TooManyReaders> {
        self.vma_lookup(address).map_or(Ok(None), |vma| {
            // SAFETY: Found under the lock that the guard stands for, of an mm that has users.
            unsafe { start_read_locked(vma) }
        })
    }
}

/// The mmap lock, held for reading; the same as [`kernel::mm::MmapReadGuard`]. Dropping the guard
/// unlocks.
///
/// # Invariants
///
/// The current task holds the mmap lock of `mm` for reading, which this guard stands for.
#[must_use = "the mmap lock is dropped when the guard is"]
pub struct MmapReadGuard<'mm> {
    mm: &'mm MmWithUser,
    _nts: NotThreadSafe,
}

impl<'mm> MmapReadGuard<'mm> {
    /// Stands for the lock that was just taken.
    ///
    /// # Safety
    ///
    /// The current task has taken the mmap lock of `mm` for reading, and leaves it to the guard to
    /// drop it.
    #[inline]
    pub(super) unsafe fn new(mm: &'mm MmWithUser) -> Self {
        // INVARIANT: The caller vouches for it.
        Self {
            mm,
            _nts: NotThreadSafe,
        }
    }

    /// The VMA at `address`. C: `vma_lookup`.
    #[inline]
    pub fn vma_lookup(&self, address: usize) -> Option<&VmaRef> {
        // SAFETY: The mmap lock is held.
        let vma = unsafe { VmaIter::new(raw(self.mm), address).walk() }?;

        // SAFETY: Under the mmap lock it stays, and the lock is held while `self` is borrowed.
        Some(unsafe { VmaRef::from_raw(vma.as_ptr()) })
    }
}

impl<'mm> MmapStartRead<'mm> for MmapReadGuard<'mm> {
    #[inline]
    fn start_read(&self, address: usize) -> Result<Option<ReadGuard<'mm>>, TooManyReaders> {
        self.vma_lookup(address).map_or(Ok(None), |vma| {
            // SAFETY: Found under the lock that the guard stands for, of an mm that has users.
            unsafe { start_read_locked(vma) }
        })
    }
}

impl Drop for MmapReadGuard<'_> {
    /// C: `mmap_read_unlock`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        unsafe { mmap_read_unlock(raw(self.mm)) };
    }
}

/// The mmap lock, held for writing. Dropping the guard unlocks, and ends all VMA write locks.
///
/// # Invariants
///
/// The current task holds the mmap lock of `mm` for writing, which this guard stands for.
#[must_use = "the mmap lock is dropped when the guard is"]
pub struct MmapWriteGuard<'mm> {
    mm: &'mm MmWithUser,
    _nts: NotThreadSafe,
}

impl<'mm> MmapWriteGuard<'mm> {
    /// Stands for the lock that was just taken.
    ///
    /// # Safety
    ///
    /// The current task has taken the mmap lock of `mm` for writing, and leaves it to the guard to
    /// drop it.
    #[inline]
    pub(super) unsafe fn new(mm: &'mm MmWithUser) -> Self {
        // INVARIANT: The caller vouches for it.
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
        let vma = unsafe { VmaIter::new(raw(self.mm), address).walk() }?;

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
    /// use kernel::mm::MmWithUser;
    /// use vma_lock::safe::{MmVmaLock, MmapStartRead, ReadGuard};
    ///
    /// /// No other writer comes in between.
    /// fn change_then_read(mm: &MmWithUser, addr: usize) -> Option<ReadGuard<'_>> {
    ///     let mut mmap = mm.mmap_write_lock();
    ///
    ///     mmap.vma_lookup(addr)?.start_write().set_dontcopy();
    ///     mmap.downgrade().start_read(addr).ok()?
    /// }
    /// ```
    #[inline]
    pub fn downgrade(self) -> MmapReadGuard<'mm> {
        let guard = ManuallyDrop::new(self);

        // SAFETY: By the type invariant. The write lock is not dropped a second time.
        unsafe { mmap_write_downgrade(raw(guard.mm)) };
        // SAFETY: Held for reading from here on.
        unsafe { MmapReadGuard::new(guard.mm) }
    }
}

impl Drop for MmapWriteGuard<'_> {
    /// C: `mmap_write_unlock`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        unsafe { mmap_write_unlock(raw(self.mm)) };
    }
}
