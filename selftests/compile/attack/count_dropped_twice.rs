// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! A count that was handed over is dropped by those who vouch for it.
//! Attacks: rule 1: who owns a count
//@ error[E0133]: call to unsafe function `vma_lock::vma_end_read`

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Use after free: the VMA's own count is gone.
pub fn put(mm: &MmWithUser, addr: usize) {
    if let Some(guard) = mm.start_read_under_rcu(addr) {
        #[cfg(not(misuse))]
        drop(guard);
        #[cfg(misuse)]
        {
            let vma = guard.into_raw();
            vma_lock::vma_end_read(vma);
            vma_lock::vma_end_read(vma);
        }
    }
}
