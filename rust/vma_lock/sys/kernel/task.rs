// SPDX-License-Identifier: GPL-2.0

//! The state of the current task.
//!
//! C headers: [`include/linux/sched.h`](srctree/include/linux/sched.h),
//! [`include/linux/sched/signal.h`](srctree/include/linux/sched/signal.h)

use super::bindings;

/// The state in which a task sleeps: one of the kernel's `TASK_` values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskState(u32);

impl TaskState {
    /// No signal ends the sleep. C: `TASK_UNINTERRUPTIBLE`.
    pub const UNINTERRUPTIBLE: Self = Self(kernel::bindings::TASK_UNINTERRUPTIBLE);

    /// A fatal signal ends the sleep. C: `TASK_KILLABLE`.
    pub const KILLABLE: Self = Self(kernel::bindings::TASK_KILLABLE);

    /// Takes over what a caller in C gives as `int state`.
    #[inline]
    pub const fn from_raw(state: kernel::ffi::c_int) -> Self {
        Self(state as u32)
    }
}

/// Announces that the current task is about to sleep. C: `set_current_state`.
///
/// Full barrier (A): what follows is read after the state has been written. It pairs with barrier
/// (B) in [`RcuWait::wake_up`](super::RcuWait::wake_up).
#[inline]
pub fn set_current_state(state: TaskState) {
    // SAFETY: The current task may always set its own state.
    unsafe { bindings::set_current_state(state.0) }
}

/// Whether a signal is pending that ends a sleep in `state`. C: `signal_pending_state`.
#[inline]
pub fn signal_pending_state(state: TaskState) -> bool {
    // SAFETY: The helper asks about the current task.
    unsafe { bindings::signal_pending_state(state.0) }
}

/// Gives up the CPU until somebody makes the current task runnable. C: `schedule`. Sleeps.
#[inline]
pub fn schedule() {
    // SAFETY: Callers are in process context, as every function that waits says.
    unsafe { kernel::bindings::schedule() }
}
