// SPDX-License-Identifier: GPL-2.0

//! A read-locked VMA.

use crate::{
    read::vma_end_read,
    refcnt::RefcntState,
    sys::{
        NotThreadSafe,
        VmaRaw, //
    }, //
};
use core::{
    mem::ManuallyDrop,
    ops::Deref, //
};
use kernel::mm::virt::VmaRef;

/// A read-locked VMA: it stays attached, and nobody changes it. Dropping the guard unlocks.
///
/// The lock is that of the kernel crate's [`VmaReadGuard`](kernel::mm::VmaReadGuard), which only C takes.
///
/// It cannot go to another thread, since the lock belongs to the task that took it, and cannot
/// outlive the mm.
///
/// Do not return to user space with it, and do not wait for the mmap lock: a writer that waits for
/// this VMA holds it. So touch no user memory either, neither by `UserSlice` nor otherwise: it may
/// have to be faulted in. Copy before and after.
///
/// # Invariants
///
/// The current task holds a read lock of `vma`, which this guard stands for.
#[must_use = "the VMA is unlocked when the guard is dropped"]
pub struct ReadGuard<'mm> {
    vma: &'mm VmaRaw,
    _nts: NotThreadSafe,
}

impl<'mm> ReadGuard<'mm> {
    /// Takes over a read lock.
    ///
    /// # Safety
    ///
    /// The current task holds a read lock of `vma` that nobody else will drop, and the VMA's mm has
    /// users during `'mm`.
    #[inline]
    pub unsafe fn from_raw(vma: &'mm VmaRaw) -> Self {
        // INVARIANT: The caller vouches for it.
        Self {
            vma,
            _nts: NotThreadSafe,
        }
    }

    /// Hands over the read lock: whoever takes the VMA drops it by
    /// [`vma_end_read`].
    #[inline]
    pub fn into_raw(self) -> &'mm VmaRaw {
        ManuallyDrop::new(self).vma
    }

    /// `vm_refcnt` at this moment: 2 or more.
    #[inline]
    pub fn refcnt(&self) -> u32 {
        self.vma.refcnt()
    }

    /// Whether a writer waits until the readers of this very VMA have gone. By the time the caller
    /// looks at the answer it may be another one.
    ///
    /// # Examples
    ///
    /// ```
    /// use vma_lock::safe::ReadGuard;
    ///
    /// /// Works on the VMA, but keeps nobody waiting for longer than one step.
    /// fn work(vma: ReadGuard<'_>, mut step: impl FnMut() -> bool) {
    ///     while !vma.writer_waits() && step() {}
    /// }
    /// ```
    #[inline]
    pub fn writer_waits(&self) -> bool {
        matches!(
            RefcntState::from_word(self.refcnt()),
            RefcntState::Excluding(_)
        )
    }
}

impl Deref for ReadGuard<'_> {
    type Target = VmaRef;

    #[inline]
    fn deref(&self) -> &VmaRef {
        // SAFETY: By the type invariant the VMA is read-locked for as long as `self` is borrowed.
        unsafe { VmaRef::from_raw(self.vma.as_ptr()) }
    }
}

impl Drop for ReadGuard<'_> {
    /// C: `vma_end_read`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant; the VMA's mm outlives `'mm`.
        unsafe { vma_end_read(self.vma) };
    }
}
