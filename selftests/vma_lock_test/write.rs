// SPDX-License-Identifier: GPL-2.0

//! The operations that take the mmap write lock of the synthetic mm.

use crate::{
    abi::{
        self,
        vma_test_op, //
    },
    reuse::errno,
    side::Side,
    synthetic::Synthetic,
    wait::{
        now_ns,
        wait_for, //
    },
    WRITING, //
};
use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};
use vma_lock::{
    mmap_write_lock_killable,
    mmap_write_unlock,
    sys::MmRaw, //
};

/// The mmap write lock of a synthetic mm.
pub(crate) struct MmapWriteGuard<'a>(&'a MmRaw);

impl<'a> MmapWriteGuard<'a> {
    pub(crate) fn lock(mm: &'a MmRaw) -> Result<Self> {
        // SAFETY: The guard drops it.
        unsafe { mmap_write_lock_killable(mm) }?;
        Ok(Self(mm))
    }
}

impl Drop for MmapWriteGuard<'_> {
    fn drop(&mut self) {
        // SAFETY: The guard stands for the lock.
        unsafe { mmap_write_unlock(self.0) };
    }
}

impl Synthetic {
    /// Puts the mm's sequence, which nobody is using, to `seq`.
    pub(crate) fn set_seq(&self, seq: u32) -> Result {
        // Odd says that the mmap lock is held for writing.
        if seq % 2 != 0 {
            return Err(EINVAL);
        }
        let _guard = MmapWriteGuard::lock(self.mm())?;

        // SAFETY: The mm is ours, and its lock is held for writing. Dropping the guard makes it even.
        unsafe {
            (*self.mm().as_ptr()).__bindgen_anon_1.mm_lock_seq.sequence = seq.wrapping_sub(1);
        }
        Ok(())
    }

    /// Attaches, detaches or write-locks, as `args.op` says.
    pub(crate) fn write(&self, side: Side, args: &mut vma_test_op) -> Result {
        let vma = self.vma();
        let after_reader = args.flags & abi::VMA_TEST_OP_AFTER_READER != 0;
        let _guard = MmapWriteGuard::lock(self.mm())?;

        if args.op == abi::VMA_TEST_OP_START_WRITE {
            if after_reader {
                wait_for_readers(&self.locked, args.word)?;
            }
            // SAFETY: The mmap lock is held for writing.
            args.ret = timed(args, || errno(unsafe { side.start_write_killable(vma) }));
            return Ok(());
        }

        // SAFETY: The mmap lock is held for writing.
        unsafe { side.start_write(vma) };
        if after_reader {
            self.inviting.store(true, Relaxed);
            let came = wait_for_readers(&self.raised, args.word);
            self.inviting.store(false, Relaxed);
            came?;
        }
        let attach = args.op == abi::VMA_TEST_OP_ATTACH;
        // SAFETY: The mmap lock is held for writing, the VMA is write-locked, and attached if it is
        // to be detached. Attaching it twice is for callers that want to see the warning.
        timed(args, || unsafe {
            if attach {
                side.mark_attached(vma);
            } else {
                side.mark_detached(vma);
            }
        });
        Ok(())
    }
}

/// Notes when `f` began and ended.
fn timed<R>(args: &mut vma_test_op, f: impl FnOnce() -> R) -> R {
    WRITING.fetch_add(1, Relaxed);
    args.start_ns = now_ns();
    let ret = f();
    args.end_ns = now_ns();
    WRITING.fetch_sub(1, Relaxed);
    ret
}

/// Waits until `count` says that `n` `VMA_TEST_HOLD` are there, or one if `n` is 0.
fn wait_for_readers(count: &Atomic<u32>, n: u32) -> Result {
    wait_for(|| count.load(Relaxed) >= n.max(1))
}
