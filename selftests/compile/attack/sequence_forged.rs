// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! A VMA cannot be called write-locked by writing its sequence.
//! Attacks: rule 12: who notes the sequence
//@ error[E0624]: method `set_vm_lock_seq` is private

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Readers would stay out, or come in beside a writer.
pub fn forge(mm: &MmWithUser, addr: usize) -> Option<u32> {
    let vma = mm.start_read_under_rcu(addr)?.into_raw();
    #[cfg(misuse)]
    vma.set_vm_lock_seq(vma.vm_lock_seq() + 1);
    Some(vma.vm_lock_seq())
}
