// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! A VMA cannot be write-locked but by the guard of the mmap lock.
//! Attacks: rule 12: the mmap write lock
//@ error[E0133]: call to unsafe function `Vma::<'g, S>::from_raw`

use vma_lock::{
    safe::{Attached, MmapWriteGuard, Vma},
    sys::VmaRaw,
};

/// The VMA is another mm's, or detached.
pub fn write<'g>(mmap: &'g mut MmapWriteGuard<'_>, other: &'g VmaRaw) {
    #[cfg(misuse)]
    let vma: Option<Vma<'g, Attached>> = Some(Vma::from_raw(mmap, other));
    #[cfg(not(misuse))]
    let vma: Option<Vma<'g, Attached>> = mmap.vma_lookup(other.range().0);
    let _ = vma.map(|vma| vma.start_write());
}
