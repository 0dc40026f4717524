// SPDX-License-Identifier: GPL-2.0

//! `VMA_TEST_HOLD`: read-lock a VMA, hold it, drop it in one way or another.

use crate::{
    abi,
    put,
    side::Side,
    synthetic::Synthetic,
    wait::{
        now_ns,
        poll,
        waiter,
        wake,
        MAX_MS, //
    },
    HELD, //
};
use kernel::{
    current,
    prelude::*,
    sync::atomic::Relaxed, //
};
use vma_lock::{
    safe::{
        MmVmaLock,
        ReadGuard, //
    },
    sys::MmRaw, //
};

const MAX_SPURIOUS: u32 = 1000;

pub(crate) fn hold(args: &mut abi::vma_test_hold, synthetic: &Synthetic) -> Result {
    let side = Side::new(args.impl_)?;
    if args.flags & !abi::VMA_TEST_HOLD_FLAGS != 0
        || args.hold_ms > MAX_MS
        || args.spurious > MAX_SPURIOUS
    {
        return Err(EINVAL);
    }

    let transient = args.flags & abi::VMA_TEST_HOLD_TRANSIENT != 0;
    if args.flags & abi::VMA_TEST_HOLD_SYNTHETIC != 0 {
        return synthetic.with_reader(transient, args.hold_ms, |guard| {
            hold_and_put(side, args, synthetic.mm(), guard)
        });
    }
    if transient {
        return Err(EINVAL);
    }

    let task = current!();
    let mm = task.mm().ok_or(EINVAL)?;
    let guard = mm.start_read_unlocked(args.addr as usize)?.ok_or(ENOMEM)?;
    // SAFETY: The mm has users.
    hold_and_put(side, args, unsafe { MmRaw::from_raw(mm.as_raw()) }, guard)
}

/// Does with a read-locked VMA what `args` say, and drops the lock in any case.
fn hold_and_put(
    side: Side,
    args: &mut abi::vma_test_hold,
    mm: &MmRaw,
    guard: ReadGuard<'_>,
) -> Result {
    HELD.fetch_add(1, Relaxed);
    args.locked_ns = now_ns();
    args.refcnt_locked = guard.refcnt();
    args.vm_start = guard.start() as u64;
    args.vm_end = guard.end() as u64;

    let until_waiter = args.flags & abi::VMA_TEST_HOLD_UNTIL_WAITER != 0;
    let found = poll(args.hold_ms, || until_waiter && waiter(mm) != 0);
    let interrupted = !found && current!().signal_pending();

    args.waiter = waiter(mm);
    args.slept_again = 0;
    if args.waiter != 0 {
        for _ in 0..args.spurious {
            wake(mm);
            if !poll(5000, || waiter(mm) != 0) {
                break;
            }
            args.slept_again = args.slept_again.wrapping_add(1);
        }
    }

    args.refcnt_put = guard.refcnt();
    args.put_ns = now_ns();
    if args.flags & abi::VMA_TEST_HOLD_NO_WAKE != 0 {
        args.slept_again = u32::from(put::without_wake(guard, mm, args.hold_ms));
    } else if side == Side::Rust {
        drop(guard);
    } else {
        put::by(side, guard);
    }
    HELD.fetch_sub(1, Relaxed);

    if interrupted {
        return Err(EINTR);
    }
    Ok(())
}
