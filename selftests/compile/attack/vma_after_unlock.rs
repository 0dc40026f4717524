// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! A VMA is no more than borrowed from its lock.
//! Attacks: rule 1: nothing of a VMA after its lock
//@ error[E0505]: cannot move out of `guard` because it is borrowed

use kernel::mm::virt::VmaRef;
use vma_lock::safe::ReadGuard;

/// Use after free.
pub fn start(guard: ReadGuard<'_>) -> usize {
    let vma: &VmaRef = &guard;
    #[cfg(misuse)]
    drop(guard);
    vma.start()
}
