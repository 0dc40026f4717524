// SPDX-License-Identifier: GPL-2.0
//! A read lock can be dropped only once.
//@ error[E0382]: use of moved value: `guard`

use vma_lock::safe::Mm;

/// Locks and unlocks.
pub fn read(mm: &Mm, addr: usize) {
    if let Some(guard) = mm.lock_vma_under_rcu(addr) {
        drop(guard);
        #[cfg(misuse)]
        drop(guard);
    }
}
