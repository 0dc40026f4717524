// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! To step through the tree is to vouch for the lock.
//! Attacks: rule 10: RCU or the mmap lock while the tree is walked
//@ error[E0133]: call to unsafe function `VmaIter::<'mm>::walk`

use vma_lock::sys::{MmRaw, VmaIter};

/// The VMA may have been freed.
pub fn find(mm: &MmRaw, addr: usize) -> bool {
    let mut vmi = VmaIter::new(mm, addr);
    vmi.set(addr);
    #[cfg(misuse)]
    return vmi.walk().is_some();
    #[cfg(not(misuse))]
    false
}
