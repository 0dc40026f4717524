// SPDX-License-Identifier: GPL-2.0

//! `VMA_LOCK_HOLD` and `VMA_LOCK_NEXT`: read-lock a VMA, look at it, drop it.
//!
//! This is how a driver uses VMA locks: by the guards of [`vma_lock::safe`].

use crate::{
    abi,
    max_hold_ms,
    put,
    stats,
    synthetic::Synthetic, //
};
use kernel::{
    current,
    prelude::*,
    time::{
        delay::fsleep,
        Delta, //
    },
};
use vma_lock::{
    safe::{
        Mm,
        ReadGuard, //
    },
    sys::MmRaw,
    LockNextError, //
};

const NSEC_PER_MSEC: u64 = 1_000_000;
const MAX_SPURIOUS: u32 = 1000;

/// Nanoseconds of `CLOCK_MONOTONIC`, as user space reads them.
pub(crate) fn now_ns() -> u64 {
    // SAFETY: No requirements.
    unsafe { kernel::bindings::ktime_get() as u64 }
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
        fsleep(Delta::from_micros(200));
    }
}

/// Thread id of the writer that sleeps until the readers of one of this mm's VMAs are gone, or 0.
pub(crate) fn waiter(mm: &MmRaw) -> u32 {
    let wait = core::ptr::from_ref(mm.vma_writer_wait());

    // SAFETY: `mm` is borrowed, and so is the rcuwait within.
    unsafe { abi::rust_vma_lock_waiter(wait.cast_mut().cast()) }
}

/// Read-locks the VMA at `addr` as the page fault handler does: without the mmap lock if it can.
fn lock_vma(mm: &Mm, addr: usize) -> Result<ReadGuard<'_>> {
    if let Some(guard) = mm.lock_vma_under_rcu(addr) {
        return Ok(guard);
    }

    let mmap = mm.mmap_read_lock_killable().map_err(|_| EINTR)?;
    if !mmap.is_mapped(addr) {
        return Err(ENOMEM);
    }
    mmap.start_read(addr).ok_or(EAGAIN)
}

pub(crate) fn next(args: &mut abi::vma_lock_next) -> Result {
    let task = current!();
    let mm: &Mm = task.mm().ok_or(EINVAL)?.into();
    let vma = mm
        .lock_next_vma(args.addr as usize)
        .map_err(|error| match error {
            LockNextError::Interrupted => EINTR,
            LockNextError::TooManyReaders => EAGAIN,
        })?
        .ok_or(ENOENT)?;

    args.vm_start = vma.start() as u64;
    args.vm_end = vma.end() as u64;
    Ok(())
}

pub(crate) fn hold(args: &mut abi::vma_lock_hold, synthetic: &Synthetic) -> Result {
    if args.impl_ > abi::VMA_LOCK_C
        || args.flags & !abi::VMA_LOCK_HOLD_FLAGS != 0
        || args.hold_ms > max_hold_ms()
        || args.spurious > MAX_SPURIOUS
    {
        return Err(EINVAL);
    }

    let transient = args.flags & abi::VMA_LOCK_HOLD_TRANSIENT != 0;
    if args.flags & abi::VMA_LOCK_HOLD_SYNTHETIC != 0 {
        return synthetic.with_reader(transient, args.hold_ms, |guard| {
            hold_and_put(args, synthetic.mm(), guard)
        });
    }
    if transient {
        return Err(EINVAL);
    }

    let task = current!();
    let mm: &Mm = task.mm().ok_or(EINVAL)?.into();
    let guard = lock_vma(mm, args.addr as usize)?;
    // SAFETY: All that is done with it is to look for a writer, and to wake it.
    hold_and_put(args, unsafe { mm.as_raw() }, guard)
}

/// Does with a read-locked VMA what `args` say, and drops the lock in any case.
fn hold_and_put(args: &mut abi::vma_lock_hold, mm: &MmRaw, guard: ReadGuard<'_>) -> Result {
    stats::HELD.inc();
    args.locked_ns = now_ns();
    args.refcnt_locked = guard.refcnt();
    args.vm_start = guard.start() as u64;
    args.vm_end = guard.end() as u64;

    let until_waiter = args.flags & abi::VMA_LOCK_HOLD_UNTIL_WAITER != 0;
    let found = poll(args.hold_ms, || until_waiter && waiter(mm) != 0);
    let interrupted = !found && current!().signal_pending();

    args.waiter = waiter(mm);
    args.slept_again = 0;
    if args.waiter != 0 {
        stats::WRITERS_WOKEN.inc();
        for _ in 0..args.spurious {
            mm.vma_writer_wait().wake_up();
            if !poll(5000, || waiter(mm) != 0) {
                break;
            }
            args.slept_again = args.slept_again.wrapping_add(1);
        }
    }

    args.refcnt_put = guard.refcnt();
    args.put_ns = now_ns();
    if args.flags & abi::VMA_LOCK_HOLD_NO_WAKE != 0 {
        args.slept_again = u32::from(put::without_wake(guard, mm, args.hold_ms));
    } else if args.impl_ == abi::VMA_LOCK_C {
        put::by_c(guard);
    } else {
        drop(guard);
    }
    stats::HELD.dec();
    stats::HOLDS.inc();

    if interrupted {
        stats::INTERRUPTED.inc();
        return Err(EINTR);
    }
    Ok(())
}
