// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! There is no VMA that was found and is not locked.
//! Attacks: rule 10; sleeping under RCU frees the VMA
//@ error[E0599]: no method named `find_vma_rcu` found for reference `&MmWithUser`

use kernel::mm::MmWithUser;
use kernel::time::{delay::fsleep, Delta};
use vma_lock::safe::MmVmaLock;

/// Sleeps where RCU does not allow it.
pub fn dawdle(mm: &MmWithUser, addr: usize) -> bool {
    #[cfg(misuse)]
    let found = mm.find_vma_rcu(addr);
    fsleep(Delta::from_millis(1));
    #[cfg(misuse)]
    return found.start_read().is_ok();
    #[cfg(not(misuse))]
    mm.start_read_under_rcu(addr).is_some()
}
