// SPDX-License-Identifier: GPL-2.0
//! Change a VMA: no reader is in it, from `start_write` until the mmap lock is dropped.

use kernel::prelude::*;
use vma_lock::{safe::Mm, sys::vm_area_struct};

/// `f` runs on the write-locked VMA.
pub fn change(mm: &Mm, addr: usize, f: impl FnOnce(*mut vm_area_struct)) -> Result {
    let mut mmap = mm.mmap_write_lock();
    let vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?.start_write();

    f(vma.as_ptr());
    Ok(())
}
