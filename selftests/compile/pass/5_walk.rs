// SPDX-License-Identifier: GPL-2.0
//! All VMAs in turn, each one locked while it is looked at.

use kernel::mm::{virt::VmaRef, MmWithUser};
use vma_lock::{safe::MmVmaLock, LockVmaError};

/// `f` runs on each VMA, from the lowest address on.
pub fn walk(mm: &MmWithUser, mut f: impl FnMut(&VmaRef)) -> Result<(), LockVmaError> {
    let mut vmas = mm.vmas_from(0);

    while let Some(vma) = vmas.lock_next()? {
        f(&vma);
    }
    Ok(())
}
