// SPDX-License-Identifier: GPL-2.0
//! A read lock cannot outlive the address space.
//@ error[E0505]: cannot move out of `mm` because it is borrowed

use kernel::{mm::MmWithUser, sync::aref::ARef};
use vma_lock::safe::MmVmaLock;

/// Locks and unlocks, then gives up the mm.
pub fn read(mm: ARef<MmWithUser>, addr: usize) {
    let guard = mm.start_read_under_rcu(addr);
    #[cfg(not(misuse))]
    drop(guard);
    drop(mm);
    #[cfg(misuse)]
    drop(guard);
}
