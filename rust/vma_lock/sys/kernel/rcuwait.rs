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
    /// Makes the current task the waiter. RELEASE. C: `prepare_to_rcuwait`.
    ///
    /// A waiter that is already there is overwritten: callers hold a lock that excludes a second
    /// one (the mmap write lock, for VMA locks).
    #[inline]
    pub(crate) fn prepare_to_rcuwait(&self) {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { bindings::prepare_to_rcuwait(self.0.get()) }
    }

    /// Clears the waiter and makes the current task runnable. C: `finish_rcuwait`.
    #[inline]
    pub(crate) fn finish_rcuwait(&self) {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { kernel::bindings::finish_rcuwait(self.0.get()) }
    }

    /// Wakes the waiter, if there is one; returns whether it was asleep. C: `rcuwait_wake_up`.
    ///
    /// A full barrier (B) stands before the waiter is read. It pairs with barrier (A) in
    /// [`set_current_state`](super::set_current_state). Does not sleep.
    #[inline]
    pub(crate) fn wake_up(&self) -> bool {
        // SAFETY: `self` is a valid `struct rcuwait`.
        unsafe { kernel::bindings::rcuwait_wake_up(self.0.get()) != 0 }
    }
}
