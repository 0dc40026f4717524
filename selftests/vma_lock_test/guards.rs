// SPDX-License-Identifier: GPL-2.0

//! `VMA_TEST_GUARDS`: the guards of [`vma_lock::safe`] that [`hold`](crate::hold) does not need, on a
//! VMA of the caller, and what the word and others see of them.

use crate::abi::vma_test_guards;
use kernel::{
    current,
    prelude::*, //
};
use vma_lock::{
    mmap_read_unlock,
    mmap_write_downgrade,
    mmap_write_lock_nested,
    safe::{
        MmVmaLock,
        MmapStartRead, //
    },
    sys::{
        MmRaw,
        TaskState,
        VmaIter,
        VmaRaw, //
    },
    vma_assert_attached,
    vma_assert_can_modify,
    vma_assert_locked,
    vma_assert_stabilised,
    vma_assert_write_locked,
    vma_end_read,
    vma_start_read_locked_nested,
    vma_start_write, //
};

pub(crate) fn guards(args: &mut vma_test_guards) -> Result {
    let task = current!();
    let mm = task.mm().ok_or(EINVAL)?;
    let addr = args.addr as usize;
    let readable = || u32::from(mm.start_read_under_rcu(addr).is_some());

    let mut mmap = mm.mmap_write_lock_killable()?;
    let mut vma = mmap.vma_lookup(addr).ok_or(ENOMEM)?;
    // SAFETY: The VMA stays while the mmap lock is held.
    let raw = unsafe { VmaRaw::from_raw(vma.as_ptr()) };

    vma.with_readers_excluded(TaskState::Killable, |_| {
        args.refcnt_excluded = raw.refcnt();
        args.readable_excluded = readable();
    })?;
    args.refcnt_admitted = raw.refcnt();
    args.readable_admitted = readable();

    let written = vma.start_write_killable()?;
    args.refcnt_written = raw.refcnt();
    args.readable_written = readable();
    args.speculates_written = mm.speculate().is_some().into();
    let _ = written;

    // Ends the write lock, and so do all later ones.
    let mmap = mmap.downgrade();
    let read = mmap.start_read(addr)?.ok_or(ENOMEM)?;
    args.refcnt_downgraded = read.refcnt();
    drop((read, mmap));

    args.undisturbed = mm.speculate().ok_or(EAGAIN)?.validate().into();
    let disturbed = mm.speculate().ok_or(EAGAIN)?;
    drop(mm.mmap_write_lock());
    args.disturbed = (!disturbed.validate()).into();

    // SAFETY: The mm has users.
    asserts(unsafe { MmRaw::from_raw(mm.as_raw()) }, addr)
}

/// None of these warns, in the state that it is for.
fn asserts(mm: &MmRaw, addr: usize) -> Result {
    // SAFETY: The mmap lock is held until the end, and the VMA is found under it.
    unsafe {
        mmap_write_lock_nested(mm, 0);
        let vma = VmaIter::new(mm, addr).walk();

        if let Some(vma) = vma {
            vma_assert_attached(vma);
            vma_assert_stabilised(vma);
            vma_start_write(vma);
            vma_assert_write_locked(vma);
            vma_assert_can_modify(vma);
            vma_assert_locked(vma);
        }
        mmap_write_downgrade(mm);
        if let Some(vma) = vma {
            if vma_start_read_locked_nested(vma, 0) {
                vma_assert_locked(vma);
                vma_end_read(vma);
            }
        }
        mmap_read_unlock(mm);
        vma.map(|_| ()).ok_or(ENOMEM)
    }
}
