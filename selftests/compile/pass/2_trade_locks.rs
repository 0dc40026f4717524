// SPDX-License-Identifier: GPL-2.0
//! Trade the mmap lock, which holds up everybody, for the lock of one VMA.

use kernel::{mm::MmWithUser, prelude::*};
use vma_lock::safe::{MmVmaLock, MmapStartRead, ReadGuard};

/// The guard outlives that of the mmap lock, which is dropped here.
pub fn find_and_lock(mm: &MmWithUser, addr: usize) -> Result<Option<ReadGuard<'_>>> {
    Ok(mm.mmap_read_lock_killable()?.start_read(addr)?)
}
