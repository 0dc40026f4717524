// SPDX-License-Identifier: GPL-2.0

//! The state of the current task.
//!
//! C headers: [`include/linux/sched.h`](srctree/include/linux/sched.h),
//! [`include/linux/sched/signal.h`](srctree/include/linux/sched/signal.h)

use super::bindings as helpers;
use kernel::bindings;

/// The state in which a task sleeps. Others than these make no sense for a VMA lock, and some would
/// end the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum TaskState {
    /// No signal ends the sleep. C: `TASK_UNINTERRUPTIBLE`.
    Uninterruptible = bindings::TASK_UNINTERRUPTIBLE,

    /// A fatal signal ends the sleep. C: `TASK_KILLABLE`.
    Killable = bindings::TASK_KILLABLE,
}

impl TaskState {
    /// What a caller in C gives as `int state`, if it is one of these.
    #[inline]
    pub const fn from_raw(state: kernel::ffi::c_int) -> Option<Self> {
        match state as u32 {
            bindings::TASK_UNINTERRUPTIBLE => Some(Self::Uninterruptible),
            bindings::TASK_KILLABLE => Some(Self::Killable),
            _ => None,
        }
    }
}

/// Announces that the current task is about to sleep. C: `set_current_state`.
///
/// Full barrier (A): what follows is read after the state has been written. It pairs with barrier
/// (B) in [`RcuWait::wake_up`](super::RcuWait::wake_up).
#[inline]
pub(crate) fn set_current_state(state: TaskState) {
    // SAFETY: The current task may always set its own state.
    unsafe { helpers::set_current_state(state as u32) }
}

/// Whether a signal is pending that ends a sleep in `state`. C: `signal_pending_state`.
#[inline]
pub(crate) fn signal_pending_state(state: TaskState) -> bool {
    // SAFETY: The helper asks about the current task.
    unsafe { helpers::signal_pending_state(state as u32) }
}

/// Gives up the CPU until somebody makes the current task runnable. C: `schedule`. Sleeps.
#[inline]
pub(crate) fn schedule() {
    // SAFETY: Callers are in process context, as every function that waits says.
    unsafe { bindings::schedule() }
}
