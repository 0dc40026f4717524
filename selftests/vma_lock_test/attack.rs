// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]

//! `VMA_TEST_ATTACK`: what a driver without `unsafe` can do to break the lock, and that compiles. Each
//! program leaves the VMA as it was; what does not compile is in `selftests/compile/attack/`.

use core::mem;
use kernel::{
    current,
    mm::{
        virt::flags,
        MmWithUser, //
    },
    page::PAGE_SIZE,
    prelude::*,
    time::{
        delay::fsleep,
        Delta, //
    },
};
use vma_lock::{
    safe::{
        MmVmaLock,
        MmapStartRead, //
    },
    sys::TaskState,
    Interrupted,
    LockVmaError,
    TooManyReaders, //
};

/// What an attack is to bring about: `EUCLEAN` if the lock did not hold.
type Attack = fn(&MmWithUser, usize) -> Result;

/// In the order of `vma_lock_test.h`.
const ATTACKS: &[Attack] = &[
    forget_write_lock,
    lock_again_what_is_locked,
    exclude_what_is_write_locked,
    read_where_readers_are_excluded,
    leave_exclusion_early,
    sleep_in_exclusion,
    mix_with_the_kernels_guard,
    pile_up_readers,
    unlock_in_the_wrong_order,
    walk_beyond_the_end,
    zap_beyond_the_vma,
    believe_in_speculation,
    errors_are_errnos,
    change_flags,
];

pub(crate) fn attack(args: &mut crate::abi::vma_test_attack) -> Result {
    if args.pad != 0 {
        return Err(EINVAL);
    }
    let attack = ATTACKS.get(args.number as usize).ok_or(ENOENT)?;
    let task = current!();

    attack(task.mm().ok_or(EINVAL)?, args.addr as usize)
}

/// The lock did not hold.
fn expect(condition: bool) -> Result {
    condition
        .then_some(())
        .ok_or_else(|| crate::error(kernel::bindings::EUCLEAN))
}

/// The count that a reader sees who is alone.
fn expect_alone(mm: &MmWithUser, addr: usize) -> Result {
    expect(mm.start_read_unlocked(addr)?.ok_or(ENOMEM)?.refcnt() == 2)
}

/// Rule 12. There is nothing in a write guard that ends the lock: it ends with the mmap lock.
#[expect(clippy::forget_non_drop, reason = "that is what is attacked")]
fn forget_write_lock(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;

    mem::forget(mmap.vma_lookup(addr).ok_or(ENOMEM)?.start_write());
    mem::forget(mmap.vma_lookup(addr).ok_or(ENOMEM)?);
    drop(mmap);
    expect_alone(mm, addr)
}

/// Rule 12. A second write lock is none.
fn lock_again_what_is_locked(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;

    for _ in 0..100 {
        let _ = mmap
            .vma_lookup(addr)
            .ok_or(ENOMEM)?
            .start_write_killable()?;
    }
    drop(mmap);
    expect_alone(mm, addr)
}

/// Rules 7 and 8. The flag is raised and lowered, whether the VMA is write-locked or not.
fn exclude_what_is_write_locked(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;
    let _ = mmap.vma_lookup(addr).ok_or(ENOMEM)?.start_write();
    let mut vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;

    for state in [TaskState::Killable, TaskState::Uninterruptible] {
        vma.with_readers_excluded(state, |_| ())?;
    }
    let _ = vma.start_write();
    drop(mmap);
    expect_alone(mm, addr)
}

/// Rule 10. Neither our readers nor the kernel's get in, and none of them waits.
fn read_where_readers_are_excluded(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;
    let mut vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;
    let got_in = vma.with_readers_excluded(TaskState::Killable, |_| {
        mm.start_read_under_rcu(addr).is_some() || mm.lock_vma_under_rcu(addr).is_some()
    })?;

    expect(!got_in)?;
    drop(mmap);
    expect_alone(mm, addr)
}

/// Rule 7. However the scope is left, the flag is given back.
fn leave_exclusion_early(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;
    let mut vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;
    let left = vma.with_readers_excluded(TaskState::Killable, |vma| -> Result {
        (vma.start() != vma.start()).then_some(()).ok_or(EAGAIN)?;
        Ok(())
    })?;

    expect(left == Err(EAGAIN))?;
    drop(mmap);
    expect_alone(mm, addr)
}

/// Rule 6. The state of the task is "running" again while readers are excluded.
fn sleep_in_exclusion(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;
    let mut vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;

    vma.with_readers_excluded(TaskState::Uninterruptible, |_| {
        fsleep(Delta::from_millis(1));
        KBox::new(0u8, GFP_KERNEL).map(drop)
    })??;
    drop(mmap);
    expect_alone(mm, addr)
}

/// Rule 1. Each count is dropped by its own guard, C's and ours, in any order.
fn mix_with_the_kernels_guard(mm: &MmWithUser, addr: usize) -> Result {
    let ours = mm.start_read_under_rcu(addr).ok_or(EAGAIN)?;
    let theirs = ours.mm().lock_vma_under_rcu(addr).ok_or(EAGAIN)?;
    let second = theirs.mm().start_read_under_rcu(addr).ok_or(EAGAIN)?;

    expect(second.refcnt() == 4)?;
    drop(second);
    drop(theirs);
    expect(ours.refcnt() == 2)?;
    drop(ours);
    expect_alone(mm, addr)
}

/// Rule 10. Many readers in one task (lockdep knows of 48 locks), which leave in another order than they
/// came.
fn pile_up_readers(mm: &MmWithUser, addr: usize) -> Result {
    let guards: [_; 16] = core::array::from_fn(|_| mm.start_read_under_rcu(addr));
    let others: [_; 16] = core::array::from_fn(|_| mm.start_read_unlocked(addr));

    expect(guards.iter().all(Option::is_some))?;
    drop(guards);
    let [Ok(Some(first)), ..] = &others else {
        return Err(EAGAIN);
    };
    expect(first.refcnt() == 17)?;
    drop(others);
    expect_alone(mm, addr)
}

/// A VMA lock that was taken under the mmap lock outlives it, downgraded or not.
fn unlock_in_the_wrong_order(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;
    let _ = mmap.vma_lookup(addr).ok_or(ENOMEM)?.start_write();
    let mmap = mmap.downgrade();
    let first = mmap.start_read(addr)?.ok_or(ENOMEM)?;
    drop(mmap);
    let start = first.start();
    drop(first);

    let mmap = mm.mmap_read_lock();
    let second = mmap.start_read(addr)?.ok_or(ENOMEM)?;
    drop(mmap);
    expect(second.start() == start && second.refcnt() == 2)?;
    drop(second);
    expect_alone(mm, addr)
}

/// `lock_next_vma`, from addresses that are none, and once more at the end.
fn walk_beyond_the_end(mm: &MmWithUser, addr: usize) -> Result {
    for from in [usize::MAX, usize::MAX - 1, 1 << 63] {
        let mut vmas = mm.vmas_from(from);

        for _ in 0..3 {
            expect(vmas.lock_next()?.is_none())?;
        }
        expect(mm.start_read_under_rcu(from).is_none())?;
        expect(mm.start_read_unlocked(from)?.is_none())?;
    }
    let (mut vmas, mut last, mut seen) = (mm.vmas_from(0), 0, false);

    while let Some(vma) = vmas.lock_next()? {
        expect(last <= vma.start() && vma.start() < vma.end())?;
        last = vma.end();
        seen |= (vma.start()..vma.end()).contains(&addr);
    }
    expect(seen)?;
    expect_alone(mm, addr)
}

/// What `VmaRef` can do is done to this VMA or not at all.
fn zap_beyond_the_vma(mm: &MmWithUser, addr: usize) -> Result {
    let vma = mm.start_read_unlocked(addr)?.ok_or(ENOMEM)?;
    let (start, end) = (vma.start(), vma.end());

    for (from, size) in [
        (start.wrapping_sub(PAGE_SIZE), 2 * PAGE_SIZE),
        (end.wrapping_sub(PAGE_SIZE), 2 * PAGE_SIZE),
        (usize::MAX, 2),
        (0, usize::MAX),
    ] {
        vma.zap_vma_range(from, size);
    }
    vma.zap_vma_range(start, PAGE_SIZE);
    expect(vma.as_mixedmap_vma().is_none())?;
    drop(vma);

    let mut mmap = mm.mmap_write_lock_killable()?;
    let vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?.start_write();
    vma.zap_vma_range(start, PAGE_SIZE);
    drop(mmap);
    expect_alone(mm, addr)
}

/// Under one's own write lock there is nothing to speculate on, and across it all is void.
fn believe_in_speculation(mm: &MmWithUser, addr: usize) -> Result {
    let before = mm.speculate().ok_or(EAGAIN)?;
    let mmap = mm.mmap_write_lock_killable()?;

    expect(mm.speculate().is_none())?;
    drop(mmap.downgrade());
    expect(!before.validate())?;
    expect_alone(mm, addr)
}

/// `?` gives a driver C's errno.
fn errors_are_errnos(_: &MmWithUser, _: usize) -> Result {
    fn hand_on<E>(error: E) -> Result
    where
        Error: From<E>,
    {
        Err(error)?
    }

    expect(hand_on(Interrupted) == Err(EINTR))?;
    expect(hand_on(TooManyReaders) == Err(EAGAIN))?;
    expect(hand_on(LockVmaError::Interrupted) == Err(EINTR))?;
    expect(hand_on(LockVmaError::TooManyReaders) == Err(EAGAIN))
}

/// The flags that the write guard changes. Whether fork sees them is looked at in `attack.c`.
fn change_flags(mm: &MmWithUser, addr: usize) -> Result {
    let mut mmap = mm.mmap_write_lock_killable()?;
    let mut vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?.start_write();
    let before = vma.flags();

    vma.set_dontcopy();
    vma.set_dontdump();
    expect(vma.flags() == before | flags::DONTCOPY | flags::DONTDUMP)?;
    drop(mmap);
    expect_alone(mm, addr)
}
