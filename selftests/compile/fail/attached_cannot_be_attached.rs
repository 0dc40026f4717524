// SPDX-License-Identifier: GPL-2.0
//! An attached VMA cannot be attached once more.
//@ error[E0599]: no method named `mark_attached` found for struct `WriteGuard<'_, vma_lock::safe::Attached>`

use vma_lock::safe::{Attached, Detached, WriteGuard};

/// Attaches it.
pub fn attach(vma: WriteGuard<'_, Detached>) -> WriteGuard<'_, Attached> {
    let vma = vma.mark_attached();
    #[cfg(misuse)]
    vma.mark_attached();
    vma
}
