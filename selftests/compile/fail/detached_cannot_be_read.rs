// SPDX-License-Identifier: GPL-2.0
//! A detached VMA has no readers, so there is nothing to exclude.
//@ error[E0599]: no method named `with_readers_excluded` found for mutable reference `&mut Vma<'_, vma_lock::safe::Detached>`

use vma_lock::{
    safe::{Attached, Detached, Vma},
    sys::TaskState,
};

/// Excludes readers of an attached VMA.
pub fn exclude(vma: &mut Vma<'_, Attached>) -> bool {
    vma.with_readers_excluded(TaskState::Uninterruptible, |_| ())
        .is_ok()
}

/// The same of a detached one.
#[cfg(misuse)]
pub fn misuse(vma: &mut Vma<'_, Detached>) -> bool {
    vma.with_readers_excluded(TaskState::Uninterruptible, |_| ())
        .is_ok()
}
/// A detached VMA as such is fine.
pub fn write(vma: Vma<'_, Detached>) {
    let _ = vma.start_write();
}
