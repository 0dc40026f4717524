// SPDX-License-Identifier: GPL-2.0
//! Without the mmap lock if it can be done, with it otherwise.

use vma_lock::safe::{Mm, TooManyReaders};

/// Where the VMA at `addr` begins.
pub fn start_of(mm: &Mm, addr: usize) -> Result<Option<usize>, TooManyReaders> {
    if let Some(vma) = mm.lock_vma_under_rcu(addr) {
        return Ok(Some(vma.start()));
    }

    let mmap = mm.mmap_read_lock();
    Ok(mmap.start_read(addr)?.map(|vma| vma.start()))
}
