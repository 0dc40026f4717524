// SPDX-License-Identifier: GPL-2.0
//! After it was detached, the attached VMA is no more.
//@ error[E0382]: use of moved value: `vma`

use vma_lock::safe::{Attached, Detached, WriteGuard};

/// The state goes from type to type.
pub fn detach(vma: WriteGuard<'_, Attached>) -> WriteGuard<'_, Detached> {
    // SAFETY: Nobody finds the VMA.
    unsafe {
        #[cfg(misuse)]
        vma.mark_detached();
        vma.mark_detached()
    }
}
