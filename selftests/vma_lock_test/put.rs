// SPDX-License-Identifier: GPL-2.0

//! The ways to drop a read lock other than to drop its guard: for comparison, and to show what goes
//! wrong. A driver needs none of this.

use crate::{
    side::Side,
    wait::{
        poll,
        waiter, //
    }, //
};
use core::mem::ManuallyDrop;
use vma_lock::{
    safe::ReadGuard,
    sys::MmRaw, //
};

/// By another side than the library's guard.
pub(crate) fn by(side: Side, guard: ReadGuard<'_>) {
    let guard = ManuallyDrop::new(guard);

    // SAFETY: The read lock is the guard's, which is not dropped.
    unsafe { side.end_read(guard.as_raw()) };
}

/// `vma_refcount_put` with the wakeup left out. A writer of `mm` that waits is watched for `ms` and
/// woken late; returns whether it slept until then.
pub(crate) fn without_wake(guard: ReadGuard<'_>, mm: &MmRaw, ms: u32) -> bool {
    let guard = ManuallyDrop::new(guard);
    let waits = waiter(mm) != 0;

    // SAFETY: The read lock is the guard's, which is not dropped.
    let _ = unsafe {
        guard.as_raw().lockdep_release_read();
        vma_lock::__vma_refcount_put(guard.as_raw(), None)
    };

    let left = waits && poll(ms, || waiter(mm) == 0);
    let slept = waits && !left && waiter(mm) != 0;
    mm.vma_writer_wait().wake_up();
    slept
}
