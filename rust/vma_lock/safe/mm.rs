// SPDX-License-Identifier: GPL-2.0

//! An address space.

use crate::{
    find::{
        lock_next_vma,
        lock_vma_under_rcu,
        LockNextError, //
    },
    mmap::*,
    rcuwait::Interrupted,
    safe::{
        FoundVma,
        MmapReadGuard,
        MmapWriteGuard,
        ReadGuard, //
    },
    sys::{
        rcu,
        MmRaw,
        VmaIter, //
    }, //
};

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

    /// The mm itself, for the other guards.
    #[inline]
    pub(super) fn raw(&self) -> &MmRaw {
        &self.0
    }

    /// Finds and read-locks the VMA at `address`, without the mmap lock; `None` if there is none, or
    /// if it cannot be locked at once: then take [`mmap_read_lock`](Self::mmap_read_lock).
    /// C: `lock_vma_under_rcu`.
    ///
    /// # Examples
    ///
    /// ```
    /// use vma_lock::safe::Mm;
    ///
    /// /// How long the VMA at `addr` is; 0 if it is not to be had without the mmap lock.
    /// fn length(mm: &Mm, addr: usize) -> usize {
    ///     mm.lock_vma_under_rcu(addr)
    ///         .map_or(0, |vma| vma.end() - vma.start())
    /// }
    /// ```
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
    /// # Examples
    ///
    /// ```
    /// use vma_lock::{safe::Mm, LockNextError};
    ///
    /// /// The mmap lock is not held: the address space may change between two VMAs.
    /// fn count(mm: &Mm) -> Result<usize, LockNextError> {
    ///     let (mut n, mut addr) = (0, 0);
    ///
    ///     while let Some(vma) = mm.lock_next_vma(addr)? {
    ///         addr = vma.end();
    ///         n += 1;
    ///     }
    ///     Ok(n)
    /// }
    /// ```
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

    /// Whether a writer waits until the readers of one of the mm's VMAs have gone. By the time the
    /// caller looks at the answer it may be another one. C: `rcuwait_active`.
    #[inline]
    pub fn writer_waits(&self) -> bool {
        self.0.vma_writer_wait().active()
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
///
/// # Examples
///
/// ```
/// use vma_lock::safe::Mm;
///
/// /// `None`: somebody writes, so take a lock.
/// fn with_luck<T>(mm: &Mm, read: impl FnOnce() -> T) -> Option<T> {
///     let speculation = mm.speculate()?;
///     let value = read();
///
///     speculation.validate().then_some(value)
/// }
/// ```
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
