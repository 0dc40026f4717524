// SPDX-License-Identifier: GPL-2.0
//! A VMA write lock cannot outlive the mmap lock.
//@ error[E0505]: cannot move out of `mmap` because it is borrowed

use vma_lock::safe::Mm;

/// Detaches the VMA at `addr`.
pub fn detach(mm: &Mm, addr: usize) {
    let mut mmap = mm.mmap_write_lock();
    if let Some(vma) = mmap.vma_lookup(addr) {
        let vma = vma.start_write();
        #[cfg(misuse)]
        drop(mmap);
        // SAFETY: For the compiler's eyes only.
        let _ = unsafe { vma.mark_detached() };
    }
}
