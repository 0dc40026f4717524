// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! To wait takes somebody who excludes other waiters.
//! Attacks: rule 6: one waiter at a time
//@ error[E0133]: call to unsafe function `rcuwait_wait_event`

use vma_lock::sys::{RcuWait, TaskState};

/// Overwrites the writer that waits, which then sleeps for ever.
pub fn wait(w: &RcuWait) {
    let _ = w;
    #[cfg(misuse)]
    let _ = vma_lock::rcuwait_wait_event(w, || true, TaskState::Killable);
    #[cfg(not(misuse))]
    let _ = TaskState::Killable;
}
