// SPDX-License-Identifier: GPL-2.0
//! While readers are excluded the VMA cannot be write-locked: the flag would be added twice.
//@ error[E0505]: cannot move out of `vma` because it is borrowed

use vma_lock::{
    safe::{Attached, Vma},
    sys::TaskState,
};

/// Excludes readers, lets them in again, write-locks.
pub fn exclude_then_write(mut vma: Vma<'_, Attached>) {
    let _ = vma.with_readers_excluded(TaskState::Uninterruptible, |_| {
        #[cfg(misuse)]
        let _ = vma.start_write();
    });
    #[cfg(not(misuse))]
    let _ = vma.start_write();
}
