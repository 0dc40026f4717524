// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! The lockdep map of a VMA in use cannot be made new.
//! Attacks: rule 2
//@ error[E0624]: method `lockdep_init` is private

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Lockdep would find a lock released that was never taken, and switch itself off.
pub fn forget(mm: &MmWithUser, addr: usize) -> Option<usize> {
    let vma = mm.start_read_under_rcu(addr)?.into_raw();
    #[cfg(misuse)]
    vma.lockdep_init();
    Some(vma.range().0)
}
