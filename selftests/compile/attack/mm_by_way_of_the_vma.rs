// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! The mm that a VMA points to is a pointer.
//! Attacks: rule 1: the mm of a VMA is stable under its lock only
//@ error[E0133]: dereference of raw pointer

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// The mm may be freed by now.
pub fn contended(mm: &MmWithUser, addr: usize) -> Option<bool> {
    let vma = mm.start_read_under_rcu(addr)?.into_raw();
    #[cfg(misuse)]
    return Some(vma_lock::mmap_lock_is_contended(&*vma.vm_mm()));
    #[cfg(not(misuse))]
    Some(vma.vm_mm().is_null())
}
