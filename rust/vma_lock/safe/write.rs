// SPDX-License-Identifier: GPL-2.0

//! A write-locked VMA, and what may be changed in it.

use crate::{
    attach::{
        vma_mark_attached,
        vma_mark_detached, //
    },
    safe::{
        Attached,
        Detached,
        State,
        Vma, //
    }, //
};
use core::ops::Deref;
use kernel::mm::virt::{
    flags,
    vm_flags_t,
    VmaRef, //
};

/// A write-locked VMA: no reader has it or gets it.
///
/// There is nothing to drop: the lock ends with the mmap lock, whose guard is borrowed.
///
/// # Invariants
///
/// The VMA's sequence equals that of its mm.
#[must_use = "the VMA stays write-locked until the mmap lock is dropped"]
pub struct WriteGuard<'g, S: State>(Vma<'g, S>);

impl<'g, S: State> WriteGuard<'g, S> {
    /// Stands for the lock that was just taken.
    ///
    /// # Safety
    ///
    /// `vma` is write-locked.
    #[inline]
    pub(super) unsafe fn new(vma: Vma<'g, S>) -> Self {
        // INVARIANT: The caller vouches for it.
        Self(vma)
    }

    /// Sets the `VM_DONTCOPY` flag: fork does not copy the VMA. As `MADV_DONTFORK` does.
    #[inline]
    pub fn set_dontcopy(&mut self) {
        // SAFETY: No other field depends on this flag: user space may set it on any VMA.
        unsafe { self.vm_flags_mod(flags::DONTCOPY, flags::NONE) };
    }

    /// Sets the `VM_DONTDUMP` flag: the VMA is left out of core dumps. As `MADV_DONTDUMP` does.
    #[inline]
    pub fn set_dontdump(&mut self) {
        // SAFETY: No other field depends on this flag: user space may set it on any VMA.
        unsafe { self.vm_flags_mod(flags::DONTDUMP, flags::NONE) };
    }

    /// Sets and clears flags. C: `vm_flags_mod`.
    ///
    /// # Safety
    ///
    /// The result is valid for this VMA, and what goes along with a flag that changes is done as well.
    /// Much does: `VM_LOCKED` and `VM_ACCOUNT` are counted in the mm, `VM_SHARED` and `VM_MAYWRITE`
    /// of a file in its mapping, `VM_MIXEDMAP` and `VM_PFNMAP` say what the page tables hold.
    #[inline]
    pub unsafe fn vm_flags_mod(&mut self, set: vm_flags_t, clear: vm_flags_t) {
        let flags = (self.flags() | set) & !clear;

        // SAFETY: The VMA is write-locked under the mmap write lock, so nobody reads its flags; the
        // caller vouches for the value.
        unsafe { (*self.as_ptr()).__bindgen_anon_2.vm_flags = flags };
    }
}

impl<S: State> Deref for WriteGuard<'_, S> {
    type Target = VmaRef;

    #[inline]
    fn deref(&self) -> &VmaRef {
        &self.0
    }
}

impl<'g> WriteGuard<'g, Attached> {
    /// Detaches the VMA: on return no reader has it, or can get it. C: `vma_mark_detached`.
    ///
    /// # Safety
    ///
    /// The VMA is out of its mm's tree, or is attached again before the mmap lock is dropped:
    /// readers that find a detached one look again for as long as they find it.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::MmWithUser;
    /// use vma_lock::safe::MmVmaLock;
    ///
    /// /// For a moment nobody can lock the VMA, and readers look again.
    /// fn flicker(mm: &MmWithUser, addr: usize) {
    ///     let mut mmap = mm.mmap_write_lock();
    ///
    ///     if let Some(vma) = mmap.vma_lookup(addr) {
    ///         // SAFETY: Attached again before the mmap lock is dropped.
    ///         let detached = unsafe { vma.start_write().mark_detached() };
    ///         let _ = detached.mark_attached();
    ///     }
    /// }
    /// ```
    ///
    /// # Context
    ///
    /// Seldom sleeps, uninterruptibly.
    #[inline]
    pub unsafe fn mark_detached(self) -> WriteGuard<'g, Detached> {
        let vma = self.0.raw();

        // SAFETY: By the invariants the VMA is attached and write-locked under the mmap write lock.
        unsafe { vma_mark_detached(vma) };
        // SAFETY: Detached above, and still the only one.
        // INVARIANT: It stays write-locked.
        WriteGuard(unsafe { Vma::new(vma) })
    }
}

impl<'g> WriteGuard<'g, Detached> {
    /// Attaches the VMA: readers that find it can lock it as soon as the write lock ends.
    /// C: `vma_mark_attached`.
    #[inline]
    pub fn mark_attached(self) -> WriteGuard<'g, Attached> {
        let vma = self.0.raw();

        // SAFETY: By the invariants the VMA is detached and write-locked under the mmap write lock.
        unsafe { vma_mark_attached(vma) };
        // SAFETY: Attached above, and still the only one.
        // INVARIANT: It stays write-locked.
        WriteGuard(unsafe { Vma::new(vma) })
    }
}
