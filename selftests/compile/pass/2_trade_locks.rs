// SPDX-License-Identifier: GPL-2.0
//! Trade the mmap lock, which holds up everybody, for the lock of one VMA.

use kernel::prelude::*;
use vma_lock::{
    safe::{Mm, ReadGuard, TooManyReaders},
    Interrupted,
};

/// The guard outlives that of the mmap lock, which is dropped here.
pub fn find_and_lock(mm: &Mm, addr: usize) -> Result<Option<ReadGuard<'_>>> {
    let mmap = mm.mmap_read_lock_killable().map_err(|Interrupted| EINTR)?;

    mmap.start_read(addr).map_err(|TooManyReaders| EAGAIN)
}
