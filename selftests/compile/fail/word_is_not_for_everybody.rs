// SPDX-License-Identifier: GPL-2.0
//! What a guard protects cannot be got at to drop its count, or its writer, behind its back.
//@ error[E0624]: method `vm_refcnt` is private

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Reads the word.
pub fn read(mm: &MmWithUser, addr: usize) -> Option<u32> {
    let vma = mm.start_read_under_rcu(addr)?.into_raw();
    #[cfg(misuse)]
    vma.vm_refcnt().set(0);
    Some(vma.refcnt())
}
