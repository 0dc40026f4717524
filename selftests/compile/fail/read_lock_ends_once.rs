// SPDX-License-Identifier: GPL-2.0
//! A read lock can be dropped only once.
//@ error[E0382]: use of moved value: `guard`

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Locks and unlocks.
pub fn read(mm: &MmWithUser, addr: usize) {
    if let Some(guard) = mm.start_read_under_rcu(addr) {
        drop(guard);
        #[cfg(misuse)]
        drop(guard);
    }
}
