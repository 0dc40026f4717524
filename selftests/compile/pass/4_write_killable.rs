// SPDX-License-Identifier: GPL-2.0
//! The same for somebody who can be killed while waiting. Every early return unlocks.

use kernel::prelude::*;
use vma_lock::{safe::Mm, sys::vm_area_struct};

/// `f` runs on the write-locked VMA.
pub fn change_killable(mm: &Mm, addr: usize, f: impl FnOnce(*mut vm_area_struct)) -> Result {
    let mut mmap = mm.mmap_write_lock_killable().map_err(|_| EINTR)?;
    let vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;
    let vma = vma.start_write_killable().map_err(|_| EINTR)?;

    f(vma.as_ptr());
    Ok(())
}
