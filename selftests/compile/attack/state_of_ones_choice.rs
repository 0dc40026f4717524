// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! A writer cannot sleep in any state that C knows.
//! Attacks: a sleep as TASK_DEAD ends the task with the flag raised; rule 6
//@ error[E0308]: mismatched types

use vma_lock::{
    safe::{Attached, Vma},
    sys::TaskState,
};

/// 0x80 is `TASK_DEAD`.
pub fn exclude(mut vma: Vma<'_, Attached>) -> bool {
    #[cfg(not(misuse))]
    let state = TaskState::Killable;
    #[cfg(misuse)]
    let state = TaskState::from_raw(0x80);
    vma.with_readers_excluded(state, |_| ()).is_ok()
}
