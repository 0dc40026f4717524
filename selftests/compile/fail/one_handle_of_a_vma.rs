// SPDX-License-Identifier: GPL-2.0
//! Looked up twice, a VMA could be detached behind the back of one of the two.
//@ error[E0499]: cannot borrow `mmap` as mutable more than once at a time

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Looks up the VMA.
pub fn write(mm: &MmWithUser, addr: usize) {
    let mut mmap = mm.mmap_write_lock();
    let first = mmap.vma_lookup(addr);
    #[cfg(misuse)]
    let second = mmap.vma_lookup(addr);
    drop(first);
    #[cfg(misuse)]
    drop(second);
}
