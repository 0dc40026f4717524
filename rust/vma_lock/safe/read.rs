// SPDX-License-Identifier: GPL-2.0

//! A read-locked VMA.

use crate::{
    read::vma_end_read,
    sys::{
        vm_area_struct,
        NotThreadSafe,
        VmaRaw, //
    }, //
};

/// The VMA has as many readers as it can have: `VM_REFCNT_LIMIT` was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyReaders;

/// A read-locked VMA: it stays attached, and nobody changes it. Dropping the guard unlocks.
///
/// It cannot go to another thread, since the lock belongs to the task that took it, and cannot
/// outlive the mm. Do not return to user space with it, nor wait for the mmap lock.
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
    /// The current task holds a read lock of `vma` that nobody else will drop, and the VMA's mm is
    /// not freed during `'mm`.
    #[inline]
    pub unsafe fn from_raw(vma: &'mm VmaRaw) -> Self {
        // INVARIANT: The caller vouches for it.
        Self {
            vma,
            _nts: NotThreadSafe,
        }
    }

    /// The VMA itself, for layer 2.
    ///
    /// # Safety
    ///
    /// What is done with it keeps the protocol, and does not drop this lock.
    #[inline]
    pub unsafe fn as_raw(&self) -> &VmaRaw {
        self.vma
    }

    /// The kernel's own pointer to the VMA, valid while it is locked.
    #[inline]
    pub fn as_ptr(&self) -> *mut vm_area_struct {
        self.vma.as_ptr()
    }

    /// `vm_refcnt` at this moment: 2 or more.
    #[inline]
    pub fn refcnt(&self) -> u32 {
        self.vma.vm_refcnt().read()
    }

    /// First address. C: `vma->vm_start`.
    #[inline]
    pub fn start(&self) -> usize {
        self.vma.range().0
    }

    /// First address behind it. C: `vma->vm_end`.
    #[inline]
    pub fn end(&self) -> usize {
        self.vma.range().1
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
