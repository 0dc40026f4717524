// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! To take the mmap lock without a guard is to vouch for the unlock.
//! Attacks: rule 12: write locks end with the mmap lock
//@ error[E0133]: call to unsafe function `vma_lock::mmap_write_lock`

use vma_lock::sys::MmRaw;

/// Nobody unlocks.
pub fn lock(mm: &MmRaw) {
    #[cfg(misuse)]
    vma_lock::mmap_write_lock(mm);
    vma_lock::mmap_lock_is_contended(mm);
}
