// SPDX-License-Identifier: GPL-2.0

//! The ways to drop a read lock other than to drop its guard: for comparison, and to show what goes
//! wrong. A driver needs none of this.

use crate::{
    abi,
    side::Side,
    wait::{
        poll,
        waiter,
        wake, //
    }, //
};
use vma_lock::{
    safe::ReadGuard,
    sys::MmRaw, //
};

/// By another side than the library's guard.
pub(crate) fn by(side: Side, guard: ReadGuard<'_>) {
    // SAFETY: The guard hands over the read lock.
    unsafe { side.end_read(guard.into_raw()) };
}

/// `vma_refcount_put` with the wakeup left out. A writer of `mm` that waits is watched for `ms` and
/// woken late; returns whether it slept until then.
pub(crate) fn without_wake(guard: ReadGuard<'_>, mm: &MmRaw, ms: u32) -> bool {
    let waits = waiter(mm) != 0;
    let vma = guard.into_raw();

    // SAFETY: The guard has handed over the read lock.
    let _ = unsafe {
        abi::vma_lock_test_lockdep_release_read(vma.as_ptr());
        vma_lock::__vma_refcount_put(vma, None)
    };

    let left = waits && poll(ms, || waiter(mm) == 0);
    let slept = waits && !left && waiter(mm) != 0;
    wake(mm);
    slept
}
