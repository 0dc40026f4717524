// SPDX-License-Identifier: GPL-2.0

//! `struct rw_semaphore`, as the mmap lock uses it.
//!
//! C header: [`include/linux/rwsem.h`](srctree/include/linux/rwsem.h)

use kernel::{
    bindings,
    types::Opaque, //
};

/// A `struct rw_semaphore` that somebody else owns.
#[repr(transparent)]
pub(crate) struct RwSemaphore(Opaque<bindings::rw_semaphore>);

impl RwSemaphore {
    /// Takes it for writing. Sleeps. C: `down_write`.
    #[inline]
    pub(crate) fn down_write(&self) {
        // SAFETY: `self` is a valid semaphore.
        unsafe { bindings::down_write(self.0.get()) }
    }

    /// The same, for a second semaphore of its class. Sleeps. C: `down_write_nested`.
    #[inline]
    pub(crate) fn down_write_nested(&self, subclass: i32) {
        // SAFETY: `self` is a valid semaphore.
        unsafe { super::bindings::down_write_nested(self.0.get(), subclass) }
    }

    /// Takes it for writing; false if a fatal signal came first. Sleeps. C: `down_write_killable`.
    #[inline]
    #[must_use]
    pub(crate) fn down_write_killable(&self) -> bool {
        // SAFETY: `self` is a valid semaphore.
        unsafe { bindings::down_write_killable(self.0.get()) == 0 }
    }

    /// Takes it for reading. Sleeps. C: `down_read`.
    #[inline]
    pub(crate) fn down_read(&self) {
        // SAFETY: `self` is a valid semaphore.
        unsafe { bindings::down_read(self.0.get()) }
    }

    /// Takes it for reading; false if a fatal signal came first. Sleeps. C: `down_read_killable`.
    #[inline]
    #[must_use]
    pub(crate) fn down_read_killable(&self) -> bool {
        // SAFETY: `self` is a valid semaphore.
        unsafe { bindings::down_read_killable(self.0.get()) == 0 }
    }

    /// Takes it for reading if that can be done at once. C: `down_read_trylock`.
    #[inline]
    #[must_use]
    pub(crate) fn down_read_trylock(&self) -> bool {
        // SAFETY: `self` is a valid semaphore.
        unsafe { bindings::down_read_trylock(self.0.get()) != 0 }
    }

    /// Gives it back. C: `up_write`.
    ///
    /// # Safety
    ///
    /// The current task holds it for writing.
    #[inline]
    pub(crate) unsafe fn up_write(&self) {
        // SAFETY: The caller holds it.
        unsafe { bindings::up_write(self.0.get()) }
    }

    /// Gives it back. C: `up_read`.
    ///
    /// # Safety
    ///
    /// The current task holds it for reading.
    #[inline]
    pub(crate) unsafe fn up_read(&self) {
        // SAFETY: The caller holds it.
        unsafe { bindings::up_read(self.0.get()) }
    }

    /// Turns writing into reading, without letting a writer in between. C: `downgrade_write`.
    ///
    /// # Safety
    ///
    /// The current task holds it for writing.
    #[inline]
    pub(crate) unsafe fn downgrade_write(&self) {
        // SAFETY: The caller holds it.
        unsafe { bindings::downgrade_write(self.0.get()) }
    }

    /// Whether anybody holds it; with lockdep, whether the current task does.
    /// C: `rwsem_is_locked`, `lockdep_is_held`.
    #[inline]
    #[must_use]
    pub(crate) fn is_held(&self) -> bool {
        // SAFETY: `self` is a valid semaphore.
        unsafe { super::bindings::rwsem_is_held(self.0.get()) }
    }

    /// Whether anybody waits for it. C: `rwsem_is_contended`.
    #[inline]
    #[must_use]
    pub(crate) fn is_contended(&self) -> bool {
        // SAFETY: `self` is a valid semaphore.
        unsafe { super::bindings::rwsem_is_contended(self.0.get()) }
    }

    /// Warns unless somebody holds it. C: `rwsem_assert_held`.
    #[inline]
    pub(crate) fn assert_held(&self) {
        // SAFETY: `self` is a valid semaphore.
        unsafe { super::bindings::rwsem_assert_held(self.0.get()) }
    }

    /// Warns unless somebody holds it for writing. C: `rwsem_assert_held_write`.
    #[inline]
    pub(crate) fn assert_held_write(&self) {
        // SAFETY: `self` is a valid semaphore.
        unsafe { super::bindings::rwsem_assert_held_write(self.0.get()) }
    }
}
