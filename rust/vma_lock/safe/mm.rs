// SPDX-License-Identifier: GPL-2.0

//! An address space, and guards of its mmap lock. The kernel crate has no guard for writing.

use crate::{
    assert::vma_is_attached,
    find::{
        lock_next_vma,
        lock_vma_under_rcu,
        LockNextError, //
    },
    mmap::*,
    rcuwait::Interrupted,
    read::vma_start_read_locked,
    safe::{
        vma::{
            Attached,
            Vma, //
        },
        FoundVma,
        ReadGuard, //
    },
    sys::{
        rcu,
        MmRaw,
        NotThreadSafe,
        VmaIter, //
    }, //
};
use core::mem::ManuallyDrop;

/// An address space that has users, so that VMAs can be found in it.
///
/// # Invariants
///
/// `mm_users` is not 0 for as long as this is borrowed.
#[repr(transparent)]
pub struct Mm(MmRaw);

impl Mm {
    /// Views an mm that the caller knows to have users.
    ///
    /// # Safety
    ///
    /// `mm_users` of `mm` is not 0 for as long as the result is used.
    #[inline]
    pub unsafe fn from_raw(mm: &MmRaw) -> &Self {
        // SAFETY: `Mm` is transparent.
        // INVARIANT: The caller vouches for it.
        unsafe { &*core::ptr::from_ref(mm).cast() }
    }

    /// The mm itself, for layer 2.
    ///
    /// # Safety
    ///
    /// What is done with it keeps the protocol.
    #[inline]
    pub unsafe fn as_raw(&self) -> &MmRaw {
        &self.0
    }

    /// Finds and read-locks the VMA at `address`, without the mmap lock; `None` if there is none, or
    /// if it cannot be locked at once: then take [`mmap_read_lock`](Self::mmap_read_lock).
    /// C: `lock_vma_under_rcu`.
    #[inline]
    pub fn lock_vma_under_rcu(&self, address: usize) -> Option<ReadGuard<'_>> {
        // SAFETY: By the type invariant.
        let vma = unsafe { lock_vma_under_rcu(&self.0, address) }?;

        // SAFETY: Locked above.
        Some(unsafe { ReadGuard::from_raw(vma) })
    }

    /// Finds the VMA at `address` and keeps RCU, for the caller to lock it. C: `mas_walk`.
    #[inline]
    pub fn find_vma_rcu(&self, address: usize) -> Option<FoundVma<'_>> {
        let rcu = rcu::read_lock();
        // SAFETY: RCU is held, and kept by the result.
        let vma = unsafe { VmaIter::new(&self.0, address).walk() }?;

        // SAFETY: Found in this mm, under `rcu`.
        Some(unsafe { FoundVma::new(self, vma, rcu) })
    }

    /// Finds and read-locks the VMA at `from`, or the next one behind it; `None` if there is none.
    ///
    /// # Context
    ///
    /// May sleep on the mmap lock.
    ///
    /// # Errors
    ///
    /// See [`LockNextError`].
    ///
    /// C: `lock_next_vma`.
    #[inline]
    pub fn lock_next_vma(&self, from: usize) -> Result<Option<ReadGuard<'_>>, LockNextError> {
        let mut vmi = VmaIter::new(&self.0, from);

        // SAFETY: By the type invariant; the iterator is new.
        let (vma, rcu) = unsafe { lock_next_vma(&self.0, &mut vmi, from, rcu::read_lock()) };
        drop(rcu);
        // SAFETY: Locked above.
        Ok(vma?.map(|vma| unsafe { ReadGuard::from_raw(vma) }))
    }

    /// Begins to read without any lock; `None` while the mmap lock is held for writing.
    /// C: `mmap_lock_speculate_try_begin`.
    #[inline]
    pub fn speculate(&self) -> Option<Speculation<'_>> {
        let seq = mmap_lock_speculate_try_begin(&self.0)?;

        Some(Speculation { mm: self, seq })
    }

    /// Takes the mmap lock for reading. Sleeps. C: `mmap_read_lock`.
    #[inline]
    pub fn mmap_read_lock(&self) -> MmapReadGuard<'_> {
        mmap_read_lock(&self.0);
        MmapReadGuard::new(self)
    }

    /// [`mmap_read_lock`](Self::mmap_read_lock), but a fatal signal ends the wait.
    /// C: `mmap_read_lock_killable`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: not locked.
    #[inline]
    pub fn mmap_read_lock_killable(&self) -> Result<MmapReadGuard<'_>, Interrupted> {
        mmap_read_lock_killable(&self.0)?;
        Ok(MmapReadGuard::new(self))
    }

    /// Takes the mmap lock for reading if that can be done at once. C: `mmap_read_trylock`.
    #[inline]
    pub fn mmap_read_trylock(&self) -> Option<MmapReadGuard<'_>> {
        mmap_read_trylock(&self.0).then(|| MmapReadGuard::new(self))
    }

    /// Takes the mmap lock for writing. Sleeps. C: `mmap_write_lock`.
    #[inline]
    pub fn mmap_write_lock(&self) -> MmapWriteGuard<'_> {
        mmap_write_lock(&self.0);
        MmapWriteGuard::new(self)
    }

    /// [`mmap_write_lock`](Self::mmap_write_lock), but a fatal signal ends the wait.
    /// C: `mmap_write_lock_killable`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: not locked.
    #[inline]
    pub fn mmap_write_lock_killable(&self) -> Result<MmapWriteGuard<'_>, Interrupted> {
        mmap_write_lock_killable(&self.0)?;
        Ok(MmapWriteGuard::new(self))
    }
}

impl<'mm> From<&'mm kernel::mm::MmWithUser> for &'mm Mm {
    #[inline]
    fn from(mm: &'mm kernel::mm::MmWithUser) -> Self {
        // SAFETY: `MmWithUser` is an `mm_struct` with users, as long as it is borrowed.
        unsafe { Mm::from_raw(MmRaw::from_raw(mm.as_raw())) }
    }
}

/// Reading without a lock, in the hope that no writer comes.
#[must_use = "what was read holds only if `validate` says so"]
pub struct Speculation<'mm> {
    mm: &'mm Mm,
    seq: u32,
}

impl Speculation<'_> {
    /// Whether no writer has come since, so that what was read holds.
    /// C: `!mmap_lock_speculate_retry`.
    #[inline]
    pub fn validate(self) -> bool {
        !mmap_lock_speculate_retry(&self.mm.0, self.seq)
    }
}

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
    fn new(mm: &'mm Mm) -> Self {
        // INVARIANT: All callers have just taken the lock.
        Self {
            mm,
            _nts: NotThreadSafe,
        }
    }

    /// Whether a VMA is mapped at `address`. C: `vma_lookup`.
    #[inline]
    pub fn is_mapped(&self, address: usize) -> bool {
        // SAFETY: The mmap lock is held.
        unsafe { VmaIter::new(&self.mm.0, address).walk() }.is_some()
    }

    /// Read-locks the VMA at `address`; the mmap lock can be dropped then. `None` if there is no VMA,
    /// or (see [`is_mapped`](Self::is_mapped)) if it has as many readers as it can have.
    /// C: `vma_start_read_locked`.
    #[inline]
    pub fn start_read(&self, address: usize) -> Option<ReadGuard<'mm>> {
        // SAFETY: The mmap lock is held.
        let vma = unsafe { VmaIter::new(&self.mm.0, address).walk() }?;

        // SAFETY: Found under the mmap lock, which is held. On success the lock is handed over.
        unsafe { vma_start_read_locked(vma).then(|| ReadGuard::from_raw(vma)) }
    }
}

impl Drop for MmapReadGuard<'_> {
    /// C: `mmap_read_unlock`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        unsafe { mmap_read_unlock(&self.mm.0) };
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
    fn new(mm: &'mm Mm) -> Self {
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
        let vma = unsafe { VmaIter::new(&self.mm.0, address).walk() }?;

        // One that was detached but is still in the tree is none.
        // SAFETY: Attached, and under the mmap write lock it stays so; `self` is borrowed mutably.
        vma_is_attached(vma).then(|| unsafe { Vma::from_raw(self, vma) })
    }

    /// Ends all VMA write locks, and goes on with the lock held for reading.
    /// C: `mmap_write_downgrade`.
    #[inline]
    pub fn downgrade(self) -> MmapReadGuard<'mm> {
        let guard = ManuallyDrop::new(self);

        // SAFETY: By the type invariant. The write lock is not dropped a second time.
        unsafe { mmap_write_downgrade(&guard.mm.0) };
        MmapReadGuard::new(guard.mm)
    }
}

impl Drop for MmapWriteGuard<'_> {
    /// C: `mmap_write_unlock`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        unsafe { mmap_write_unlock(&self.mm.0) };
    }
}
