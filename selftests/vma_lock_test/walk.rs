// SPDX-License-Identifier: GPL-2.0

//! `VMA_TEST_WALK`: a walk over two VMAs, and a writer that has locked the second and waits for the
//! first.

use crate::{
    abi::{
        self,
        vma_test_walk, //
    },
    wait::wait_for,
    HELD, //
};
use kernel::{
    current,
    mm::MmWithUser,
    prelude::*,
    sync::atomic::Relaxed, //
};
use vma_lock::safe::{
    MmVmaLock,
    ReadGuard, //
};

pub(crate) fn walk(args: &mut vma_test_walk) -> Result {
    let task = current!();
    let mm = task.mm().ok_or(EINVAL)?;

    if args.pad != 0 {
        return Err(EINVAL);
    }
    match args.role {
        abi::VMA_TEST_WALKER => walker(mm, args, false),
        abi::VMA_TEST_WALKER_KEEPS => walker(mm, args, true),
        abi::VMA_TEST_WALK_WRITER => writer(mm, args),
        _ => Err(EINVAL),
    }
}

/// Locks the VMA at `args.addr`, waits for the writer, goes on to the next VMA; if `keeps`, without
/// having unlocked the first one, which takes a second walk.
fn walker(mm: &MmWithUser, args: &mut vma_test_walk, keeps: bool) -> Result {
    let mut vmas = mm.vmas_from(args.addr as usize);
    let first = vmas.lock_next()?.ok_or(ENOENT)?;

    HELD.fetch_add(1, Relaxed);
    let came = wait_for(|| first.writer_waits());
    HELD.fetch_sub(1, Relaxed);
    came?;

    if keeps {
        note(mm.vmas_from(first.end()).lock_next()?, args)
    } else {
        drop(first);
        note(vmas.lock_next()?, args)
    }
}

fn note(second: Option<ReadGuard<'_>>, args: &mut vma_test_walk) -> Result {
    args.second = second.ok_or(ENOENT)?.start() as u64;
    Ok(())
}

/// Write-locks the second VMA, then the first one, which is read-locked.
fn writer(mm: &MmWithUser, args: &mut vma_test_walk) -> Result {
    wait_for(|| HELD.load(Relaxed) != 0)?;
    let mut mmap = mm.mmap_write_lock_killable()?;

    for addr in [args.second, args.addr] {
        let _ = mmap
            .vma_lookup(addr as usize)
            .ok_or(ENOMEM)?
            .start_write_killable()?;
    }
    Ok(())
}
