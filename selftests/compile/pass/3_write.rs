// SPDX-License-Identifier: GPL-2.0
//! Change a VMA: no reader is in it, from `start_write` until the mmap lock is dropped.

use kernel::{mm::MmWithUser, prelude::*};
use vma_lock::safe::MmVmaLock;

/// The flags cannot be set without the lock.
pub fn dont_copy(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock();

    mmap.vma_lookup(addr)
        .ok_or(ENOMEM)?
        .start_write()
        .set_dontcopy();
    Ok(())
}
