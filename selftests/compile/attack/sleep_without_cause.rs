// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! Nobody announces a sleep that nobody ends.
//! Attacks: rule 6: only the wait for readers sets the state of the task
//@ error[E0603]: function `set_current_state` is private

use vma_lock::sys::TaskState;

/// Would be found asleep by the next preemption.
pub fn announce() -> TaskState {
    #[cfg(misuse)]
    vma_lock::sys::set_current_state(TaskState::Uninterruptible);
    TaskState::Uninterruptible
}
