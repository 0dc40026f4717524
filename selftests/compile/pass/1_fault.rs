// SPDX-License-Identifier: GPL-2.0
//! Without the mmap lock if it can be done, with it otherwise.

use vma_lock::safe::Mm;

/// Where the VMA at `addr` begins.
pub fn is_mapped(mm: &Mm, addr: usize) -> Option<usize> {
    if let Some(vma) = mm.lock_vma_under_rcu(addr) {
        return Some(vma.start());
    }

    mm.mmap_read_lock().start_read(addr).map(|vma| vma.start())
}
