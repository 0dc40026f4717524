// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! A write-locked VMA is not one that is being set up.
//! Attacks: the write guard; `VmaNew` is for `mmap()` only
//@ error[E0599]: no method named `set_mixedmap` found for struct `WriteGuard<'_, vma_lock::safe::Attached>`

use vma_lock::safe::{Attached, WriteGuard};

/// Pages by number, in a VMA of anonymous memory.
pub fn change(vma: WriteGuard<'_, Attached>) -> bool {
    #[cfg(misuse)]
    vma.set_mixedmap();
    vma.as_mixedmap_vma().is_some()
}
