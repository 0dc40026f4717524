// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! Nobody gives up the CPU by way of the library.
//! Attacks: rule 6
//@ error[E0603]: function `schedule` is private

/// Would sleep for ever, in the state of its choice.
pub fn sleep() {
    #[cfg(misuse)]
    vma_lock::sys::schedule();
}
