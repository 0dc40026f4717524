// SPDX-License-Identifier: GPL-2.0
//! To write-lock a VMA takes the mmap lock for writing, not for reading.
//@ error[E0599]: no method named `start_write` found for reference `&VmaRef`

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;

/// Write-locks a VMA.
pub fn write(mm: &MmWithUser, addr: usize) {
    #[cfg(not(misuse))]
    let mut mmap = mm.mmap_write_lock();
    #[cfg(misuse)]
    let mmap = mm.mmap_read_lock();
    if let Some(vma) = mmap.vma_lookup(addr) {
        let _ = vma.start_write();
    }
}
