// SPDX-License-Identifier: GPL-2.0

//! What this library adds to an address space.

use crate::{
    error::{
        Interrupted,
        LockVmaError, //
    },
    find::lock_vma_under_rcu,
    mmap::{
        mmap_lock_speculate_retry,
        mmap_lock_speculate_try_begin,
        mmap_read_lock_killable,
        mmap_write_lock,
        mmap_write_lock_killable, //
    },
    safe::{
        MmapReadGuard,
        MmapStartRead,
        MmapWriteGuard,
        ReadGuard,
        VmaWalk, //
    },
    sys::MmRaw, //
};
use kernel::mm::MmWithUser;

/// The mm, for layer 2. (A reference to an [`MmRaw`] allows nothing that the protocol does not.)
#[inline]
pub(super) fn raw(mm: &MmWithUser) -> &MmRaw {
    // SAFETY: It is an `mm_struct`, and not freed while it is borrowed.
    unsafe { MmRaw::from_raw(mm.as_raw()) }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for kernel::mm::MmWithUser {}
}

/// VMA locks, and the mmap lock as far as the kernel crate lacks it.
pub trait MmVmaLock: sealed::Sealed {
    /// Finds and read-locks the VMA at `address`, without the mmap lock; `None` if there is none, or
    /// if it cannot be locked at once: then take the mmap lock, as
    /// [`start_read_unlocked`](Self::start_read_unlocked) does.
    ///
    /// What [`MmWithUser::lock_vma_under_rcu`] does by calling C. C: `lock_vma_under_rcu`.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::MmWithUser;
    /// use vma_lock::safe::MmVmaLock;
    ///
    /// /// How long the VMA at `addr` is; 0 if it is not to be had without the mmap lock.
    /// fn length(mm: &MmWithUser, addr: usize) -> usize {
    ///     mm.start_read_under_rcu(addr)
    ///         .map_or(0, |vma| vma.end() - vma.start())
    /// }
    /// ```
    fn start_read_under_rcu(&self, address: usize) -> Option<ReadGuard<'_>>;

    /// Finds and read-locks the VMA at `address`, under the mmap lock if it must; `None` if there is
    /// none.
    ///
    /// # Context
    ///
    /// May sleep on the mmap lock: no other VMA of this mm may be locked.
    ///
    /// # Errors
    ///
    /// See [`LockVmaError`].
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::{mm::MmWithUser, prelude::*};
    /// use vma_lock::safe::MmVmaLock;
    ///
    /// /// Where the VMA at `addr` begins.
    /// fn start(mm: &MmWithUser, addr: usize) -> Result<usize> {
    ///     Ok(mm.start_read_unlocked(addr)?.ok_or(ENOMEM)?.start())
    /// }
    /// ```
    ///
    /// C: `vma_start_read_unlocked`, proposed in June 2026, but killable.
    fn start_read_unlocked(&self, address: usize) -> Result<Option<ReadGuard<'_>>, LockVmaError>;

    /// A walk over the VMAs at and behind `address`. C: `VMA_ITERATOR`, `lock_next_vma`.
    fn vmas_from(&self, address: usize) -> VmaWalk<'_>;

    /// [`MmWithUser::mmap_read_lock`], but a fatal signal ends the wait.
    /// C: `mmap_read_lock_killable`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: not locked.
    fn mmap_read_lock_killable(&self) -> Result<MmapReadGuard<'_>, Interrupted>;

    /// Takes the mmap lock for writing. Sleeps. C: `mmap_write_lock`.
    fn mmap_write_lock(&self) -> MmapWriteGuard<'_>;

    /// [`mmap_write_lock`](Self::mmap_write_lock), but a fatal signal ends the wait.
    /// C: `mmap_write_lock_killable`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: not locked.
    fn mmap_write_lock_killable(&self) -> Result<MmapWriteGuard<'_>, Interrupted>;

    /// Begins to read without any lock; `None` while the mmap lock is held for writing.
    /// C: `mmap_lock_speculate_try_begin`.
    fn speculate(&self) -> Option<Speculation<'_>>;
}

impl MmVmaLock for MmWithUser {
    #[inline]
    fn start_read_under_rcu(&self, address: usize) -> Option<ReadGuard<'_>> {
        // SAFETY: `MmWithUser` has users for as long as it is borrowed.
        let vma = unsafe { lock_vma_under_rcu(raw(self), address) }?;

        // SAFETY: Locked above.
        Some(unsafe { ReadGuard::from_raw(vma) })
    }

    #[inline]
    fn start_read_unlocked(&self, address: usize) -> Result<Option<ReadGuard<'_>>, LockVmaError> {
        if let Some(vma) = self.start_read_under_rcu(address) {
            return Ok(Some(vma));
        }

        // Nothing there, or a writer at it. Once the mmap lock is had there are no writers.
        let mmap = MmVmaLock::mmap_read_lock_killable(self)?;
        Ok(mmap.start_read(address)?)
    }

    #[inline]
    fn vmas_from(&self, address: usize) -> VmaWalk<'_> {
        VmaWalk::new(self, address)
    }

    #[inline]
    fn mmap_read_lock_killable(&self) -> Result<MmapReadGuard<'_>, Interrupted> {
        // SAFETY: The guard drops it.
        unsafe { mmap_read_lock_killable(raw(self)) }?;
        // SAFETY: Taken above.
        Ok(unsafe { MmapReadGuard::new(self) })
    }

    #[inline]
    fn mmap_write_lock(&self) -> MmapWriteGuard<'_> {
        // SAFETY: The guard drops it.
        unsafe { mmap_write_lock(raw(self)) };
        // SAFETY: Taken above.
        unsafe { MmapWriteGuard::new(self) }
    }

    #[inline]
    fn mmap_write_lock_killable(&self) -> Result<MmapWriteGuard<'_>, Interrupted> {
        // SAFETY: The guard drops it.
        unsafe { mmap_write_lock_killable(raw(self)) }?;
        // SAFETY: Taken above.
        Ok(unsafe { MmapWriteGuard::new(self) })
    }

    #[inline]
    fn speculate(&self) -> Option<Speculation<'_>> {
        let seq = mmap_lock_speculate_try_begin(raw(self))?;

        Some(Speculation { mm: self, seq })
    }
}

/// Reading without a lock, in the hope that no writer comes.
///
/// # Examples
///
/// ```
/// use kernel::mm::MmWithUser;
/// use vma_lock::safe::MmVmaLock;
///
/// /// `None`: somebody writes, so take a lock.
/// fn with_luck<T>(mm: &MmWithUser, read: impl FnOnce() -> T) -> Option<T> {
///     let speculation = mm.speculate()?;
///     let value = read();
///
///     speculation.validate().then_some(value)
/// }
/// ```
#[must_use = "what was read holds only if `validate` says so"]
pub struct Speculation<'mm> {
    mm: &'mm MmWithUser,
    seq: u32,
}

impl Speculation<'_> {
    /// Whether no writer has come since, so that what was read holds.
    /// C: `!mmap_lock_speculate_retry`.
    #[inline]
    pub fn validate(self) -> bool {
        !mmap_lock_speculate_retry(raw(self.mm), self.seq)
    }
}
