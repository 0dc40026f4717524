// SPDX-License-Identifier: GPL-2.0

//! `VMA_LOCK_HOLD`: read-lock a VMA, hold it, drop it.

use crate::{
    abi,
    max_hold_ms,
    stats,
    synthetic::Synthetic, //
};
use kernel::{
    current,
    mm::MmWithUser,
    prelude::*,
    time::{
        delay::fsleep,
        Delta, //
    },
};
use vma_lock::sys::{
    MmRaw,
    VmaRaw, //
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
fn waiter(mm: &MmRaw) -> u32 {
    // SAFETY: `mm` is borrowed, and so is the rcuwait within.
    unsafe {
        abi::rust_vma_lock_waiter(core::ptr::from_ref(mm.vma_writer_wait()).cast_mut().cast())
    }
}

pub(crate) fn hold(args: &mut abi::vma_lock_hold, synthetic: &Synthetic) -> Result {
    if args.impl_ > abi::VMA_LOCK_C
        || args.flags & !abi::VMA_LOCK_HOLD_FLAGS != 0
        || args.hold_ms > max_hold_ms()
        || args.spurious > MAX_SPURIOUS
    {
        return Err(EINVAL);
    }

    if args.flags & abi::VMA_LOCK_HOLD_SYNTHETIC != 0 {
        synthetic.with_reader(
            args.flags & abi::VMA_LOCK_HOLD_TRANSIENT != 0,
            args.hold_ms,
            |vma| hold_and_put(args, synthetic.mm(), vma),
        )
    } else if args.flags & abi::VMA_LOCK_HOLD_TRANSIENT != 0 {
        Err(EINVAL)
    } else {
        let task = current!();
        let mm = task.mm().ok_or(EINVAL)?;
        let vma = lock_vma(mm, args.addr as usize)?;

        // SAFETY: The current task keeps its mm.
        hold_and_put(args, unsafe { MmRaw::from_raw(mm.as_raw()) }, vma)
    }
}

/// Read-locks the VMA at `addr` as the page fault handler does: without the mmap lock if it can.
fn lock_vma(mm: &MmWithUser, addr: usize) -> Result<&VmaRaw> {
    if let Some(guard) = mm.lock_vma_under_rcu(addr) {
        let vma = guard.as_ptr();

        // The lock goes over to hold_and_put().
        core::mem::forget(guard);
        // SAFETY: While it is read-locked the VMA stays.
        return Ok(unsafe { VmaRaw::from_raw(vma) });
    }

    let guard = mm.mmap_read_lock();
    let vma = guard.vma_lookup(addr).ok_or(ENOMEM)?;
    // SAFETY: The VMA was found under the mmap lock, which is held.
    let vma = unsafe { VmaRaw::from_raw(vma.as_ptr()) };

    // SAFETY: As above.
    if unsafe { vma_lock::vma_start_read_locked(vma) } {
        Ok(vma)
    } else {
        Err(EAGAIN)
    }
}

/// Does with a read-locked VMA what `args` say, and drops the lock in any case.
fn hold_and_put(args: &mut abi::vma_lock_hold, mm: &MmRaw, vma: &VmaRaw) -> Result {
    args.locked_ns = now_ns();
    args.refcnt_locked = vma.vm_refcnt().read();
    let (start, end) = vma.range();
    (args.vm_start, args.vm_end) = (start as u64, end as u64);

    let until_waiter = args.flags & abi::VMA_LOCK_HOLD_UNTIL_WAITER != 0;
    let found = poll(args.hold_ms, || until_waiter && waiter(mm) != 0);
    let interrupted = !found && current!().signal_pending();

    args.waiter = waiter(mm);
    args.slept_again = 0;
    if args.waiter != 0 {
        stats::WRITERS_WOKEN.inc();
        for _ in 0..args.spurious {
            mm.vma_writer_wait().wake_up();
            let slept = poll(100, || waiter(mm) != 0);
            args.slept_again = args.slept_again.wrapping_add(u32::from(slept));
        }
    }

    args.refcnt_put = vma.vm_refcnt().read();
    args.put_ns = now_ns();
    if args.flags & abi::VMA_LOCK_HOLD_NO_WAKE != 0 {
        put_without_wake(args, mm, vma);
    } else if args.impl_ == abi::VMA_LOCK_C {
        // SAFETY: The read lock is ours, and given up; the mm is borrowed.
        unsafe { abi::oracle_vma_refcount_put(vma.as_ptr()) };
    } else {
        // SAFETY: As above.
        unsafe { vma_lock::vma_refcount_put(vma) };
    }
    stats::HOLDS.inc();

    if interrupted {
        stats::INTERRUPTED.inc();
        return Err(EINTR);
    }
    Ok(())
}

/// `vma_refcount_put` with the wakeup left out; it comes late.
fn put_without_wake(args: &mut abi::vma_lock_hold, mm: &MmRaw, vma: &VmaRaw) {
    vma.lockdep_release_read();
    // SAFETY: The read lock is ours, and given up.
    let _ = unsafe { vma_lock::__vma_refcount_put_return(vma) };

    if args.waiter != 0 {
        args.slept_again = u32::from(!poll(args.hold_ms, || waiter(mm) == 0));
        mm.vma_writer_wait().wake_up();
    }
}
