// SPDX-License-Identifier: GPL-2.0
//! All VMAs in turn, each one locked while it is looked at.

use vma_lock::{
    safe::{Mm, ReadGuard},
    LockNextError,
};

/// `f` runs on each VMA, from the lowest address on.
pub fn walk(mm: &Mm, mut f: impl FnMut(&ReadGuard<'_>)) -> Result<(), LockNextError> {
    let mut addr = 0;

    while let Some(vma) = mm.lock_next_vma(addr)? {
        f(&vma);
        addr = vma.end();
    }
    Ok(())
}
