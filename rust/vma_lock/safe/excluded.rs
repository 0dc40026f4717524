// SPDX-License-Identifier: GPL-2.0

//! A VMA whose readers are excluded for a while, without write-locking it.

use crate::{
    exclude::{
        VmaExcludeReadersState, //
        __vma_end_exclude_readers,
    },
    sys::vm_area_struct, //
};

/// Readers are excluded: the VMA has none, and new ones fail. Dropping this lets them in again, so
/// no early return can forget to.
///
/// # Invariants
///
/// `ves.exclusive` holds: the flag was added to the VMA's count and is to be given back once.
#[must_use = "readers come back when this is dropped"]
pub struct ExcludedReaders<'g> {
    ves: VmaExcludeReadersState<'g>,
}

impl<'g> ExcludedReaders<'g> {
    /// Takes over the exclusion that `__vma_start_exclude_readers` began.
    ///
    /// # Safety
    ///
    /// `ves.exclusive` holds, and the mmap lock is held for writing throughout `'g`.
    #[inline]
    pub(super) unsafe fn new(ves: VmaExcludeReadersState<'g>) -> Self {
        // INVARIANT: The caller vouches for it.
        Self { ves }
    }

    /// The kernel's own pointer to the VMA, which nobody reads now.
    #[inline]
    pub fn as_ptr(&self) -> *mut vm_area_struct {
        self.ves.vma.as_ptr()
    }
}

impl Drop for ExcludedReaders<'_> {
    /// C: `__vma_end_exclude_readers`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        unsafe { __vma_end_exclude_readers(&mut self.ves) };
    }
}
