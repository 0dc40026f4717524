// SPDX-License-Identifier: GPL-2.0
//! A detached VMA can be attached, and nothing else.
//@ error[E0599]: no method named `mark_detached` found for struct `WriteGuard<'_, vma_lock::safe::Detached>`

use vma_lock::safe::{Attached, Detached, WriteGuard};

/// Attaches it.
pub fn attach(vma: WriteGuard<'_, Detached>) -> WriteGuard<'_, Attached> {
    // SAFETY: Nobody finds the VMA.
    #[cfg(misuse)]
    unsafe {
        vma.mark_detached()
    };
    vma.mark_attached()
}
