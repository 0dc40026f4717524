// SPDX-License-Identifier: GPL-2.0

//! `VMA_TEST_OP`: operations of the kernel's C and of ours, in turn, on one word.

use crate::{
    abi::{
        self,
        vma_test_op, //
    },
    error,
    reuse::errno,
    side::Side,
    synthetic::Synthetic,
    wait::now_ns, //
};
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    sync::atomic::Relaxed, //
};

impl Synthetic {
    pub(crate) fn op(&self, args: &mut vma_test_op) -> Result {
        let side = Side::new(args.impl_)?;

        if args.flags & !abi::VMA_TEST_OP_FLAGS != 0 || args.pad != 0 {
            return Err(EINVAL);
        }
        args.ret = 0;
        match args.op {
            // The partners of calls that are under way.
            abi::VMA_TEST_OP_REUSE_WRITER => return self.reuse_writer(side, args),
            abi::VMA_TEST_OP_OVERTAKE => return self.overtake(side, args),
            abi::VMA_TEST_OP_PREDICATE => {
                args.ret = i32::from(side.are_readers_excluded(args.word));
                return Ok(());
            }
            _ => {}
        }

        // Whoever has it may wait for long.
        let mut readers = self.readers.try_lock().ok_or(EBUSY)?;
        let word = self.vma().refcnt();
        let may_warn = args.flags & abi::VMA_TEST_OP_MAY_WARN != 0;
        let regular = *readers == 0 && !self.made_up.load(Relaxed);

        args.refcnt_before = word;
        match args.op {
            abi::VMA_TEST_OP_SET => {
                self.make_up()?;
                self.refcnt().set(args.word as i32);
                *readers = 0;
                self.made_up.store(args.word > 1, Relaxed);
            }
            abi::VMA_TEST_OP_SET_SEQ => self.set_seq(args.word)?,
            abi::VMA_TEST_OP_START_READ => {
                // Saturated, but not so far that the limit is found exceeded.
                if word >= 0xc000_0000 && !may_warn {
                    return Err(EINVAL);
                }
                args.start_ns = now_ns();
                let ret = self.start_read(side);
                args.end_ns = now_ns();
                if ret.is_ok() {
                    // The read lock goes over to another call, perhaps of another task.
                    // SAFETY: Locked above.
                    unsafe { abi::vma_lock_test_lockdep_release_read(self.vma().as_ptr()) };
                    *readers = readers.wrapping_add(1);
                }
                args.ret = errno(ret);
            }
            abi::VMA_TEST_OP_END_READ => {
                if word as i32 <= 0 && !may_warn {
                    return Err(EINVAL);
                }
                if *readers == 0 {
                    self.make_up()?;
                }
                self.put(side, args)?;
                *readers = readers.saturating_sub(1);
            }
            abi::VMA_TEST_OP_ATTACH if word != 0 && !may_warn => return Err(EINVAL),
            abi::VMA_TEST_OP_ATTACH if word != 0 && regular => {
                self.make_up()?;
                self.write(side, args)?;
            }
            abi::VMA_TEST_OP_DETACH | abi::VMA_TEST_OP_OVERTAKEN if word == 0 => {
                return Err(error(bindings::EDEADLK))
            }
            abi::VMA_TEST_OP_ATTACH
            | abi::VMA_TEST_OP_DETACH
            | abi::VMA_TEST_OP_START_WRITE
            | abi::VMA_TEST_OP_REUSE_READER
            | abi::VMA_TEST_OP_OVERTAKEN
            | abi::VMA_TEST_OP_INVERSION
                if !regular =>
            {
                return Err(error(bindings::EDEADLK))
            }
            abi::VMA_TEST_OP_ATTACH | abi::VMA_TEST_OP_DETACH | abi::VMA_TEST_OP_START_WRITE => {
                self.write(side, args)?
            }
            abi::VMA_TEST_OP_REUSE_READER => self.reuse_reader(side, args)?,
            abi::VMA_TEST_OP_OVERTAKEN => self.overtaken(side, args)?,
            abi::VMA_TEST_OP_INVERSION if !may_warn => return Err(EINVAL),
            abi::VMA_TEST_OP_INVERSION => {
                self.start_read(side)?;
                // SAFETY: Dropped at once.
                unsafe {
                    vma_lock::mmap_read_lock(self.mm());
                    vma_lock::mmap_read_unlock(self.mm());
                }
                self.end_read(side);
            }
            _ => return Err(EINVAL),
        }
        args.refcnt_after = self.vma().refcnt();
        Ok(())
    }

    /// Drops a count, watched by the debug registers if asked for.
    fn put(&self, side: Side, args: &mut vma_test_op) -> Result {
        let watch = args.flags & abi::VMA_TEST_OP_WATCH != 0;

        if watch {
            // SAFETY: The VMA is ours.
            to_result(unsafe { abi::vma_lock_test_watch(self.vma().as_ptr()) })?;
        }
        // SAFETY: The VMA is ours, and its count is dropped below.
        unsafe { abi::vma_lock_test_lockdep_acquire_read(self.vma().as_ptr()) };
        args.start_ns = now_ns();
        self.end_read(side);
        args.end_ns = now_ns();
        if watch {
            // SAFETY: Ends the watch that began above.
            unsafe { abi::vma_lock_test_unwatch(&mut args.mm_reads_late, &mut args.refcnt_uses) };
        }
        Ok(())
    }
}
