// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! To detach is to vouch for the tree.
//! Attacks: rule 9; readers that find a detached VMA look again, for ever
//@ error[E0133]: call to unsafe function `WriteGuard::<'g, vma_lock::safe::Attached>::mark_detached`

use vma_lock::safe::{Attached, WriteGuard};

/// Every page fault spins.
pub fn detach(vma: WriteGuard<'_, Attached>) -> usize {
    let start = vma.start();
    #[cfg(misuse)]
    let _ = vma.mark_detached();
    start
}
