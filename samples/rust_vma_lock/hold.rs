// SPDX-License-Identifier: GPL-2.0

//! `VMA_LOCK_HOLD` and `VMA_LOCK_NEXT`: read-lock a VMA, look at it, drop it.
//!
//! This is how a driver uses VMA locks: by the guards of [`vma_lock::safe`], and no `unsafe`.

use crate::{
    abi,
    max_hold_ms,
    stats, //
};
use kernel::{
    current,
    prelude::*,
    sync::atomic::Relaxed,
    time::{
        delay::fsleep,
        ClockSource,
        Delta,
        Monotonic, //
    },
};
use vma_lock::safe::MmVmaLock;

pub(crate) fn hold(args: &mut abi::vma_lock_hold) -> Result {
    if args.flags & !abi::VMA_LOCK_HOLD_FLAGS != 0 || args.pad != 0 || args.hold_ms > max_hold_ms()
    {
        return Err(EINVAL);
    }
    let until_writer = args.flags & abi::VMA_LOCK_HOLD_UNTIL_WRITER != 0;
    let task = current!();
    let mm = task.mm().ok_or(EINVAL)?;

    // As the page fault handler does: without the mmap lock if it can be done.
    let vma = mm.start_read_unlocked(args.addr as usize)?.ok_or(ENOMEM)?;
    stats::HELD.fetch_add(1, Relaxed);
    args.refcnt_locked = vma.refcnt();
    args.vm_start = vma.start() as u64;
    args.vm_end = vma.end() as u64;

    let ret = wait(args.hold_ms, || until_writer && vma.writer_waits());

    args.writer_waits = vma.writer_waits().into();
    args.refcnt_put = vma.refcnt();
    // Unlocks, and wakes the writer.
    drop(vma);
    stats::HELD.fetch_sub(1, Relaxed);

    stats::HOLDS.fetch_add(1, Relaxed);
    if args.writer_waits != 0 {
        stats::WRITERS_WOKEN.fetch_add(1, Relaxed);
    }
    if ret.is_err() {
        stats::INTERRUPTED.fetch_add(1, Relaxed);
    }
    ret
}

/// Waits until `done` says so or `ms` have passed; `EINTR` if a signal comes first. By the clock: on
/// a busy CPU each sleep is longer than asked for.
fn wait(ms: u32, done: impl Fn() -> bool) -> Result {
    let limit = Delta::from_millis(ms.into()).as_nanos();
    // Not by Instant::elapsed(), whose overflow check could panic.
    let start = Monotonic::ktime_get();

    while !done() && Monotonic::ktime_get().wrapping_sub(start) < limit {
        if current!().signal_pending() {
            return Err(EINTR);
        }
        fsleep(Delta::from_millis(1));
    }
    Ok(())
}

pub(crate) fn next(args: &mut abi::vma_lock_next) -> Result {
    let task = current!();
    let mut vmas = task.mm().ok_or(EINVAL)?.vmas_from(args.addr as usize);
    let vma = vmas.lock_next()?.ok_or(ENOENT)?;

    args.vm_start = vma.start() as u64;
    args.vm_end = vma.end() as u64;
    Ok(())
}
