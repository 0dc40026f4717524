// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! The word cannot be set, though `kernel::sync::Refcount::set` is safe.
//! Attacks: rules 7 to 11: who may change the word
//@ error[E0624]: method `vm_refcnt` is private

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;
use vma_lock::sys::VmaRaw;

/// Detached, while it is locked and in the tree.
pub fn detach(mm: &MmWithUser, addr: usize) -> Option<&VmaRaw> {
    let vma = mm.start_read_under_rcu(addr)?.into_raw();
    #[cfg(misuse)]
    vma.vm_refcnt().set(0);
    Some(vma)
}
