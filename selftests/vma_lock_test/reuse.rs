// SPDX-License-Identifier: GPL-2.0

//! `VMA_TEST_OP_REUSE_READER` and `_WRITER`: the VMA is in another mm by now; see `reuse.c`.

use crate::{
    abi::{
        self,
        vma_test_op, //
    },
    side::Side,
    synthetic::Synthetic,
    wait::{
        nap,
        wait_for, //
    }, //
};
use kernel::{
    error::to_result,
    prelude::*,
    sync::atomic::Relaxed, //
};
use vma_lock::{
    mmap_write_lock,
    mmap_write_unlock, //
};

impl Synthetic {
    /// `vma_start_read` of the VMA that is in the other mm.
    pub(crate) fn reuse_reader(&self, side: Side, args: &mut vma_test_op) -> Result {
        let vma = self.vma();

        self.make_up()?;
        // SAFETY: VMA and mm are ours, and nobody else uses them: there are no readers.
        to_result(unsafe { abi::vma_lock_test_reuse_begin(vma.as_ptr(), self.other.as_ptr()) })?;
        let locked = self.start_read(side).is_ok();
        // SAFETY: Begun above.
        args.ret = unsafe { abi::vma_lock_test_reuse_end() };

        self.wait_until_disengaged();
        // SAFETY: Nobody uses the VMA.
        unsafe { (*vma.as_ptr()).vm_mm = self.mm().as_ptr() };
        self.refcnt().set(0);
        self.made_up.store(false, Relaxed);
        if locked {
            return Err(EBUSY);
        }
        Ok(())
    }

    /// The writer of the other mm, which comes when the reader has raised the count.
    pub(crate) fn reuse_writer(&self, side: Side, args: &mut vma_test_op) -> Result {
        let other = self.other.mm();

        // SAFETY: No requirements.
        wait_for(|| unsafe { abi::vma_lock_test_reuse_engage(self.vma().as_ptr()) })?;
        // SAFETY: Dropped below.
        unsafe { mmap_write_lock(other) };
        // SAFETY: The mmap lock is held for writing.
        args.ret = errno(unsafe { side.start_write_killable(self.vma()) });
        // SAFETY: Engaged above; the lock was taken above. The VMA is the reader's from here on.
        unsafe {
            abi::vma_lock_test_reuse_drop();
            mmap_write_unlock(other);
            abi::vma_lock_test_disengage();
        }
        Ok(())
    }

    /// Until the writer, if one came, has gone. By now it has nobody to wait for.
    pub(crate) fn wait_until_disengaged(&self) {
        // SAFETY: No requirements.
        while unsafe { abi::vma_lock_test_engaged(self.vma().as_ptr()) } {
            nap();
        }
    }
}

/// A result as C would return it.
pub(crate) fn errno(result: Result) -> i32 {
    result.map_or_else(Error::to_errno, |()| 0)
}
