// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! A guard stands for a lock that was taken.
//! Attacks: rule 1: who owns a count
//@ error[E0451]: field `vma` of struct `ReadGuard` is private

use vma_lock::{safe::ReadGuard, sys::VmaRaw};

/// Drops a count that is not there.
pub fn put(vma: &VmaRaw) -> Option<ReadGuard<'_>> {
    #[cfg(misuse)]
    return Some(ReadGuard {
        vma,
        _nts: kernel::types::NotThreadSafe,
    });
    #[cfg(not(misuse))]
    {
        let _ = vma;
        None
    }
}
