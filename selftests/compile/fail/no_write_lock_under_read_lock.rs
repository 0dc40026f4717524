// SPDX-License-Identifier: GPL-2.0
//! To write-lock a VMA takes the mmap lock for writing, not for reading.
//@ error[E0599]: no method named `vma_lookup` found for struct `MmapReadGuard`

use vma_lock::safe::Mm;

/// Write-locks a VMA.
pub fn write(mm: &Mm, addr: usize) {
    #[cfg(not(misuse))]
    let mut mmap = mm.mmap_write_lock();
    #[cfg(misuse)]
    let mut mmap = mm.mmap_read_lock();
    if let Some(vma) = mmap.vma_lookup(addr) {
        let _ = vma.start_write();
    }
}
