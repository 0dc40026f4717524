// SPDX-License-Identifier: GPL-2.0

//! Waiting for a condition that somebody else makes true.
//!
//! C header: [`include/linux/rcuwait.h`](srctree/include/linux/rcuwait.h)

use crate::{
    error::Interrupted,
    sys::{
        self,
        RcuWait,
        TaskState, //
    },
};

/// Sleeps in `state` until `condition` is true.
///
/// The condition is a closure because it is evaluated again after every wakeup, between the
/// announcement that the task is about to sleep and the sleep itself. Evaluated any earlier it
/// would miss a wakeup that comes in between. A wakeup without cause is allowed and costs one
/// evaluation.
///
/// The condition is tested before the signal: true together with a fatal signal is success.
///
/// # Safety
///
/// Nobody else waits on `w` meanwhile: a second waiter would overwrite the first one, which then
/// sleeps for ever. `condition` does not sleep.
///
/// # Context
///
/// Process context; sleeps.
///
/// # Ordering
///
/// Barrier (A), in `set_current_state`, orders the registration of the waiter before the condition.
/// It pairs with barrier (B) in `rcuwait_wake_up`, which orders the change of the condition before
/// the look for a waiter.
///
/// # Errors
///
/// [`Interrupted`] if a signal that ends sleeps in `state` is pending and the condition is false.
///
/// C: `rcuwait_wait_event`.
pub unsafe fn rcuwait_wait_event(
    w: &RcuWait,
    condition: impl Fn() -> bool,
    state: TaskState,
) -> Result<(), Interrupted> {
    w.prepare_to_rcuwait();
    let ret = loop {
        sys::set_current_state(state); /* (A) */
        if condition() {
            break Ok(());
        }

        if sys::signal_pending_state(state) {
            break Err(Interrupted);
        }

        sys::schedule();
    };
    // On every way out: a pointer left behind would be to a task that may be gone.
    w.finish_rcuwait();
    ret
}
