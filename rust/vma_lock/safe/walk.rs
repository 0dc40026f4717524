// SPDX-License-Identifier: GPL-2.0

//! The VMAs of an mm, one after the other.

use crate::{
    error::LockVmaError,
    find::lock_next_vma,
    safe::{
        mm::raw,
        ReadGuard, //
    },
    sys::{
        rcu,
        VmaIter, //
    }, //
};
use kernel::mm::MmWithUser;

/// A place in the VMAs of an mm; from [`MmVmaLock::vmas_from`](super::MmVmaLock::vmas_from).
///
/// The VMA that [`lock_next`](Self::lock_next) locks borrows this, so it is unlocked before the next one
/// is looked for. It has to be: the search may wait for the mmap lock, and a writer that waits for the
/// VMA holds it.
///
/// # Examples
///
/// ```
/// use kernel::mm::MmWithUser;
/// use vma_lock::{safe::MmVmaLock, LockVmaError};
///
/// /// The mmap lock is not held: the address space may change between two VMAs.
/// fn count(mm: &MmWithUser) -> Result<usize, LockVmaError> {
///     let (mut n, mut vmas) = (0, mm.vmas_from(0));
///
///     while vmas.lock_next()?.is_some() {
///         n += 1;
///     }
///     Ok(n)
/// }
/// ```
pub struct VmaWalk<'mm> {
    mm: &'mm MmWithUser,
    from: usize,
}

impl<'mm> VmaWalk<'mm> {
    /// Before the VMA at `from`.
    #[inline]
    pub(super) fn new(mm: &'mm MmWithUser, from: usize) -> Self {
        Self { mm, from }
    }

    /// Finds and read-locks the next VMA, from where the last one ended; `None` if there is no more.
    ///
    /// # Context
    ///
    /// May sleep on the mmap lock: no other VMA of this mm may be locked.
    ///
    /// # Errors
    ///
    /// See [`LockVmaError`]. The walk may be gone on with.
    ///
    /// C: `lock_next_vma`.
    #[inline]
    pub fn lock_next(&mut self) -> Result<Option<ReadGuard<'_>>, LockVmaError> {
        let mut vmi = VmaIter::new(raw(self.mm), self.from);
        // SAFETY: `MmWithUser` has users for as long as it is borrowed; the iterator is new.
        let (vma, rcu) = unsafe { lock_next_vma(&mut vmi, self.from, rcu::read_lock()) };

        drop(rcu);
        let Some(vma) = vma? else {
            return Ok(None);
        };
        self.from = vma.range().1;
        // SAFETY: Locked above.
        Ok(Some(unsafe { ReadGuard::from_raw(vma) }))
    }
}
