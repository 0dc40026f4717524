// SPDX-License-Identifier: GPL-2.0
//! The same for somebody who can be killed while waiting. Every early return unlocks.

use kernel::{mm::MmWithUser, prelude::*};
use vma_lock::safe::MmVmaLock;

/// `EINTR`: nothing was changed.
pub fn dont_copy_killable(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;
    let vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;

    vma.start_write_killable()?.set_dontcopy();
    Ok(())
}
