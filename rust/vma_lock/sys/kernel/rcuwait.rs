// SPDX-License-Identifier: GPL-2.0

//! The parts of `rcuwait`; the loop over them is [`crate::rcuwait::rcuwait_wait_event`].
//!
//! C header: [`include/linux/rcuwait.h`](srctree/include/linux/rcuwait.h)

use super::bindings;
use kernel::types::Opaque;

/// A `struct rcuwait` that somebody else owns: at most one task waits on it at a time.
#[repr(transparent)]
pub struct RcuWait(Opaque<kernel::bindings::rcuwait>);

impl RcuWait {
    /// Forgets any waiter. C: `rcuwait_init`.
    #[inline]
    pub fn init(&self) {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { bindings::rcuwait_init(self.0.get()) }
    }

    /// Whether there is a waiter. No ordering: it may just have come, or be about to go.
    /// C: `rcuwait_active`.
    #[inline]
    pub fn active(&self) -> bool {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { bindings::rcuwait_active(self.0.get()) }
    }

    /// Makes the current task the waiter. RELEASE. C: `prepare_to_rcuwait`.
    ///
    /// A waiter that is already there is overwritten: callers hold a lock that excludes a second
    /// one (the mmap write lock, for VMA locks).
    #[inline]
    pub fn prepare_to_rcuwait(&self) {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { bindings::prepare_to_rcuwait(self.0.get()) }
    }

    /// Clears the waiter and makes the current task runnable. C: `finish_rcuwait`.
    #[inline]
    pub fn finish_rcuwait(&self) {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { kernel::bindings::finish_rcuwait(self.0.get()) }
    }

    /// Wakes the waiter, if there is one; returns whether it was asleep. C: `rcuwait_wake_up`.
    ///
    /// A full barrier (B) stands before the waiter is read. It pairs with barrier (A) in
    /// [`set_current_state`](super::set_current_state). Does not sleep.
    #[inline]
    pub fn wake_up(&self) -> bool {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { kernel::bindings::rcuwait_wake_up(self.0.get()) != 0 }
    }
}
