// SPDX-License-Identifier: GPL-2.0

//! VMAs under the mmap write lock, by state: attached or detached, write-locked or not.

use crate::{
    attach::{
        vma_mark_attached,
        vma_mark_detached, //
    },
    exclude::{
        VmaExcludeReadersState, //
        __vma_start_exclude_readers,
    },
    rcuwait::Interrupted,
    safe::{
        ExcludedReaders,
        MmapWriteGuard, //
    },
    sys::{
        vm_area_struct,
        TaskState,
        VmaRaw, //
    },
    write::{
        vma_start_write,
        vma_start_write_killable, //
    }, //
};
use core::marker::PhantomData;

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
        // INVARIANT: The caller vouches for it.
        Self {
            vma,
            state: PhantomData,
        }
    }

    /// The kernel's own pointer to the VMA.
    #[inline]
    pub fn as_ptr(&self) -> *mut vm_area_struct {
        self.vma.as_ptr()
    }

    /// Write-locks the VMA, until the mmap write lock is dropped or downgraded. Sleeps,
    /// uninterruptibly, while it has readers; a detached one has none. C: `vma_start_write`.
    #[inline]
    pub fn start_write(self) -> WriteGuard<'g, S> {
        // SAFETY: The mmap lock is held for writing throughout `'g`.
        unsafe { vma_start_write(self.vma) };
        // INVARIANT: Locked above.
        WriteGuard(self)
    }

    /// [`start_write`](Self::start_write), but a fatal signal ends the sleep.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: the VMA is not locked; it is given back with the error.
    ///
    /// C: `vma_start_write_killable`.
    #[inline]
    pub fn start_write_killable(self) -> Result<WriteGuard<'g, S>, (Self, Interrupted)> {
        // SAFETY: The mmap lock is held for writing throughout `'g`.
        match unsafe { vma_start_write_killable(self.vma) } {
            // INVARIANT: Locked above.
            Ok(()) => Ok(WriteGuard(self)),
            Err(interrupted) => Err((self, interrupted)),
        }
    }
}

impl<'g> Vma<'g, Attached> {
    /// Waits until the VMA has no reader, and keeps new ones out for as long as the result lives.
    ///
    /// Unlike [`start_write`](Self::start_write) this ends before the mmap lock does. The VMA is
    /// borrowed meanwhile.
    ///
    /// # Context
    ///
    /// Sleeps in `state`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`]: readers are not excluded.
    ///
    /// # Examples
    ///
    /// ```
    /// use vma_lock::{safe::Mm, sys::TaskState, Interrupted};
    ///
    /// /// On every way out readers are let in again.
    /// fn without_readers(mm: &Mm, addr: usize, f: impl FnOnce()) -> Result<(), Interrupted> {
    ///     let mut mmap = mm.mmap_write_lock_killable()?;
    ///
    ///     if let Some(mut vma) = mmap.vma_lookup(addr) {
    ///         let excluded = vma.exclude_readers(TaskState::KILLABLE)?;
    ///         f();
    ///         drop(excluded);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// C: `__vma_start_exclude_readers`.
    #[inline]
    pub fn exclude_readers(
        &mut self,
        state: TaskState,
    ) -> Result<ExcludedReaders<'_>, Interrupted> {
        let mut ves = VmaExcludeReadersState::new(self.vma, state, false);

        // SAFETY: The mmap lock is held for writing throughout `'g`.
        unsafe { __vma_start_exclude_readers(&mut ves) }?;
        // SAFETY: An attached VMA cannot have been found detached, so readers are excluded.
        Ok(unsafe { ExcludedReaders::new(ves) })
    }
}

/// A write-locked VMA: no reader has it or gets it.
///
/// There is nothing to drop: the lock ends with the mmap lock, whose guard is borrowed.
///
/// # Invariants
///
/// The VMA's sequence equals that of its mm.
#[must_use = "the VMA stays write-locked until the mmap lock is dropped"]
pub struct WriteGuard<'g, S: State>(Vma<'g, S>);

impl<S: State> WriteGuard<'_, S> {
    /// The kernel's own pointer to the VMA, which nobody reads now.
    #[inline]
    pub fn as_ptr(&self) -> *mut vm_area_struct {
        self.0.as_ptr()
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
    /// use vma_lock::safe::Mm;
    ///
    /// /// For a moment nobody can lock the VMA, and readers look again.
    /// fn flicker(mm: &Mm, addr: usize) {
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
        let vma = self.0.vma;

        // SAFETY: By the invariants the VMA is attached and write-locked under the mmap write lock.
        unsafe { vma_mark_detached(vma) };
        // INVARIANT: Detached above, and still the only one.
        WriteGuard(Vma {
            vma,
            state: PhantomData,
        })
    }
}

impl<'g> WriteGuard<'g, Detached> {
    /// Attaches the VMA: readers that find it can lock it as soon as the write lock ends.
    /// C: `vma_mark_attached`.
    #[inline]
    pub fn mark_attached(self) -> WriteGuard<'g, Attached> {
        let vma = self.0.vma;

        // SAFETY: By the invariants the VMA is detached and write-locked under the mmap write lock.
        unsafe { vma_mark_attached(vma) };
        // INVARIANT: Attached above, and still the only one.
        WriteGuard(Vma {
            vma,
            state: PhantomData,
        })
    }
}
