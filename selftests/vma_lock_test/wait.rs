// SPDX-License-Identifier: GPL-2.0

//! Waiting for a state, by looking at it again and again.

use crate::{
    abi,
    error, //
};
use core::ptr;
use kernel::{
    bindings::{
        self,
        rcuwait, //
    },
    current,
    prelude::*,
    time::{
        delay::fsleep,
        Delta, //
    },
};
use vma_lock::sys::MmRaw;

/// The limit for all waits, in ms: the hung task detector is not to speak up about who waits for us.
pub(crate) const MAX_MS: u32 = 30_000;

const NSEC_PER_MSEC: u64 = 1_000_000;

/// Nanoseconds of `CLOCK_MONOTONIC`, as user space reads them.
pub(crate) fn now_ns() -> u64 {
    // SAFETY: No requirements.
    unsafe { kernel::bindings::ktime_get() as u64 }
}

pub(crate) fn nap() {
    fsleep(Delta::from_micros(200));
}

/// Looks again and again until `done` says so (true), `ms` have passed or a signal is there (false).
pub(crate) fn poll(ms: u32, mut done: impl FnMut() -> bool) -> bool {
    let start = now_ns();

    loop {
        if done() {
            return true;
        }
        if now_ns().wrapping_sub(start) >= u64::from(ms).wrapping_mul(NSEC_PER_MSEC)
            || current!().signal_pending()
        {
            return false;
        }
        nap();
    }
}

/// [`poll`] for somebody who must come: `EINTR` or `ETIME` if they do not.
pub(crate) fn wait_for(done: impl FnMut() -> bool) -> Result {
    if poll(MAX_MS, done) {
        Ok(())
    } else if current!().signal_pending() {
        Err(EINTR)
    } else {
        Err(error(bindings::ETIME))
    }
}

/// Thread id of the writer that sleeps until the readers of one of this mm's VMAs are gone, or 0.
pub(crate) fn waiter(mm: &MmRaw) -> u32 {
    // SAFETY: `mm` is borrowed, and so is the rcuwait within.
    unsafe { abi::vma_lock_test_waiter(rcuwait(mm)) }
}

/// Wakes that writer, for nothing.
pub(crate) fn wake(mm: &MmRaw) {
    // SAFETY: As above.
    unsafe { kernel::bindings::rcuwait_wake_up(rcuwait(mm)) };
}

fn rcuwait(mm: &MmRaw) -> *mut rcuwait {
    // SAFETY: `mm` is an `mm_struct`.
    unsafe { ptr::addr_of_mut!((*mm.as_ptr()).__bindgen_anon_1.vma_writer_wait) }
}
