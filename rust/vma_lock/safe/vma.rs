// SPDX-License-Identifier: GPL-2.0

//! VMAs under the mmap write lock, by state: attached or detached, write-locked or not.

use crate::{
    error::Interrupted,
    exclude::{
        VmaExcludeReadersState, //
        __vma_end_exclude_readers,
        __vma_start_exclude_readers,
    },
    safe::{
        MmapWriteGuard,
        WriteGuard, //
    },
    sys::{
        TaskState,
        VmaRaw, //
    },
    write::{
        vma_start_write,
        vma_start_write_killable, //
    }, //
};
use core::{
    marker::PhantomData,
    ops::Deref, //
};
use kernel::mm::virt::VmaRef;

/// Whether a VMA can be found and locked by readers: [`Attached`] or [`Detached`].
pub trait State: sealed::Sealed {}

/// The VMA is attached: `vm_refcnt` is not 0.
pub enum Attached {}

/// The VMA is detached: `vm_refcnt` is 0, and no reader can raise it.
pub enum Detached {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Attached {}
    impl Sealed for super::Detached {}
}
impl State for Attached {}
impl State for Detached {}

/// A VMA of an mm whose mmap lock is held for writing (`'g` is a borrow of the guard).
///
/// # Invariants
///
/// `vma` belongs to that mm and is in state `S`, and this is the only [`Vma`] or [`WriteGuard`] of
/// it.
pub struct Vma<'g, S: State> {
    vma: &'g VmaRaw,
    state: PhantomData<S>,
}

impl<'g, S: State> Vma<'g, S> {
    /// Takes over a VMA whose state the caller knows.
    ///
    /// # Safety
    ///
    /// `vma` belongs to the mm that `guard` has locked, is in state `S`, and nobody else has a
    /// [`Vma`] or [`WriteGuard`] of it.
    #[inline]
    pub unsafe fn from_raw(guard: &'g mut MmapWriteGuard<'_>, vma: &'g VmaRaw) -> Self {
        let _ = guard;
        // SAFETY: The caller vouches for the same.
        unsafe { Self::new(vma) }
    }

    /// [`from_raw`](Self::from_raw) for who has the borrow of the guard already.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    pub(super) unsafe fn new(vma: &'g VmaRaw) -> Self {
        // INVARIANT: The caller vouches for it.
        Self {
            vma,
            state: PhantomData,
        }
    }

    /// The VMA, for the write guard.
    #[inline]
    pub(super) fn raw(&self) -> &'g VmaRaw {
        self.vma
    }

    /// Write-locks the VMA, until the mmap write lock is dropped or downgraded. Sleeps,
    /// uninterruptibly, while it has readers; a detached one has none. C: `vma_start_write`.
    #[inline]
    pub fn start_write(self) -> WriteGuard<'g, S> {
        // SAFETY: The mmap lock is held for writing throughout `'g`.
        unsafe { vma_start_write(self.vma) };
        // SAFETY: Locked above.
        unsafe { WriteGuard::new(self) }
    }

    /// [`start_write`](Self::start_write), but a fatal signal ends the sleep.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: the VMA is not locked. It can be looked up again.
    ///
    /// C: `vma_start_write_killable`.
    #[inline]
    pub fn start_write_killable(self) -> Result<WriteGuard<'g, S>, Interrupted> {
        // SAFETY: The mmap lock is held for writing throughout `'g`.
        unsafe { vma_start_write_killable(self.vma) }?;
        // SAFETY: Locked above.
        Ok(unsafe { WriteGuard::new(self) })
    }
}

impl Vma<'_, Attached> {
    /// Waits until the VMA has no reader, keeps new ones out while `f` runs, and lets them in again.
    ///
    /// Unlike [`start_write`](Self::start_write) this ends before the mmap lock does.
    ///
    /// # Context
    ///
    /// Sleeps in `state`. The mmap lock is held for writing while `f` runs.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: readers were not excluded, `f` did not run.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::{mm::{virt::VmaRef, MmWithUser}, prelude::*};
    /// use vma_lock::{safe::MmVmaLock, sys::TaskState};
    ///
    /// /// On every way out readers are let in again.
    /// fn alone(mm: &MmWithUser, addr: usize, f: impl FnOnce(&VmaRef) -> Result) -> Result {
    ///     let mut mmap = mm.mmap_write_lock_killable()?;
    ///     let mut vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;
    ///
    ///     vma.with_readers_excluded(TaskState::Killable, f)?
    /// }
    /// ```
    ///
    /// C: `__vma_start_exclude_readers`, `__vma_end_exclude_readers`.
    #[inline]
    pub fn with_readers_excluded<T>(
        &mut self,
        state: TaskState,
        f: impl FnOnce(&VmaRef) -> T,
    ) -> Result<T, Interrupted> {
        let mut ves = VmaExcludeReadersState::new(self.vma, state, false);

        // SAFETY: The mmap lock is held for writing throughout `'g`.
        unsafe { __vma_start_exclude_readers(&mut ves) }?;
        let ret = f(self);
        // SAFETY: An attached VMA cannot have been found detached, so readers are excluded. The kernel
        // does not unwind: `f` has returned.
        unsafe { __vma_end_exclude_readers(&mut ves) };
        Ok(ret)
    }
}

impl<S: State> Deref for Vma<'_, S> {
    type Target = VmaRef;

    #[inline]
    fn deref(&self) -> &VmaRef {
        // SAFETY: The mmap lock is held for writing for as long as this is borrowed.
        unsafe { VmaRef::from_raw(self.vma.as_ptr()) }
    }
}
