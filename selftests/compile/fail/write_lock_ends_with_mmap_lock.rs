// SPDX-License-Identifier: GPL-2.0
//! A VMA write lock cannot outlive the mmap lock.
//@ error[E0505]: cannot move out of `mmap` because it is borrowed

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Changes the VMA at `addr`.
pub fn change(mm: &MmWithUser, addr: usize) {
    let mut mmap = mm.mmap_write_lock();
    if let Some(vma) = mmap.vma_lookup(addr) {
        let mut vma = vma.start_write();
        #[cfg(misuse)]
        drop(mmap);
        vma.set_dontcopy();
    }
}
