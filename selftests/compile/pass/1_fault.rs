// SPDX-License-Identifier: GPL-2.0
//! Without the mmap lock if it can be done, with it otherwise.

use kernel::{mm::MmWithUser, prelude::*};
use vma_lock::safe::MmVmaLock;

/// Where the VMA at `addr` begins.
pub fn start_of(mm: &MmWithUser, addr: usize) -> Result<usize> {
    Ok(mm.start_read_unlocked(addr)?.ok_or(ENOENT)?.start())
}
