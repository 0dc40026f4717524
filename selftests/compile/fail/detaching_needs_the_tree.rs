// SPDX-License-Identifier: GPL-2.0
//! Detaching a VMA that is still in the tree lets readers spin: the caller has to vouch for it.
//@ error[E0133]: call to unsafe function `WriteGuard::<'g, vma_lock::safe::Attached>::mark_detached`

use vma_lock::safe::{Attached, Detached, WriteGuard};

/// Detaches it.
pub fn detach(vma: WriteGuard<'_, Attached>) -> WriteGuard<'_, Detached> {
    #[cfg(misuse)]
    return vma.mark_detached();
    // SAFETY: Nobody finds the VMA.
    #[cfg(not(misuse))]
    unsafe {
        vma.mark_detached()
    }
}
