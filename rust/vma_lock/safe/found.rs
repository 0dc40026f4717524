// SPDX-License-Identifier: GPL-2.0

//! A VMA that was found under RCU and is not locked yet.

use crate::{
    read::{
        vma_start_read,
        StartReadError, //
    },
    safe::{
        Mm,
        ReadGuard, //
    },
    sys::{
        rcu,
        VmaRaw, //
    }, //
};

/// A VMA that was found under RCU. It may be detached, freed and used again, by another mm too,
/// at any time: the only thing to do with it is [`start_read`](Self::start_read).
///
/// # Invariants
///
/// `vma` was found in `mm` in the read-side critical section of `rcu`.
#[must_use = "RCU is held until this is dropped"]
pub struct FoundVma<'mm> {
    mm: &'mm Mm,
    vma: &'mm VmaRaw,
    rcu: rcu::Guard,
}

impl<'mm> FoundVma<'mm> {
    /// Stands for a VMA that was found.
    ///
    /// # Safety
    ///
    /// `vma` was found in `mm` in the read-side critical section of `rcu`.
    #[inline]
    pub(super) unsafe fn new(mm: &'mm Mm, vma: &'mm VmaRaw, rcu: rcu::Guard) -> Self {
        // INVARIANT: The caller vouches for it.
        Self { mm, vma, rcu }
    }

    /// Whether the VMA is attached at this moment, if it is still the one that was found.
    #[inline]
    pub fn is_attached(&self) -> bool {
        crate::vma_is_attached(self.vma)
    }

    /// Tries to read-lock the VMA. RCU is dropped, whatever the outcome.
    ///
    /// The result may be another VMA than the one that was looked for: compare its range.
    ///
    /// # Context
    ///
    /// Does not sleep, but for dropping another mm on PREEMPT_RT.
    ///
    /// # Errors
    ///
    /// [`StartReadError::Contended`]: take the mmap lock instead. [`StartReadError::Detached`]: look
    /// again.
    ///
    /// # Examples
    ///
    /// ```
    /// use vma_lock::{safe::{Mm, ReadGuard}, StartReadError};
    ///
    /// /// What [`Mm::lock_vma_under_rcu`] does.
    /// fn lock(mm: &Mm, addr: usize) -> Option<ReadGuard<'_>> {
    ///     loop {
    ///         match mm.find_vma_rcu(addr)?.start_read() {
    ///             Ok(vma) => return (vma.start()..vma.end()).contains(&addr).then_some(vma),
    ///             Err(StartReadError::Detached) => continue,
    ///             Err(StartReadError::Contended) => return None,
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// C: `vma_start_read`.
    #[inline]
    pub fn start_read(self) -> Result<ReadGuard<'mm>, StartReadError> {
        let Self { mm, vma, rcu } = self;

        // SAFETY: By the type invariant.
        unsafe { vma_start_read(mm.as_raw(), vma, rcu) }?;
        // SAFETY: Locked above.
        Ok(unsafe { ReadGuard::from_raw(vma) })
    }
}
