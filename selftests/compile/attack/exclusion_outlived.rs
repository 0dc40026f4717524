// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! Nothing of an exclusion can be kept.
//! Attacks: rule 7: a leaked flag; the guard that could be forgotten
//@ error[E0521]: borrowed data escapes outside of closure

use kernel::mm::virt::VmaRef;
use vma_lock::{
    safe::{Attached, Vma},
    sys::TaskState,
};

/// Looks at the VMA when readers are there again.
pub fn keep(mut vma: Vma<'_, Attached>) -> usize {
    let mut kept: Option<&VmaRef> = None;
    let _ = vma.with_readers_excluded(TaskState::Killable, |vma| {
        #[cfg(misuse)]
        {
            kept = Some(vma);
        }
        #[cfg(not(misuse))]
        let _ = vma;
    });
    kept.take().map_or(0, |vma| vma.start())
}
