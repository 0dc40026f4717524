// SPDX-License-Identifier: GPL-2.0

//! `VMA_TEST_OP_OVERTAKEN` and `_OVERTAKE`: a writer comes between the reader's first look and its
//! increment; see `overtake.c`.

use crate::{
    abi::{
        self,
        vma_test_op, //
    },
    side::Side,
    synthetic::Synthetic,
    synthetic_mm::bindings::{
        synthetic_mm_map,
        synthetic_mm_unmap, //
    },
    wait::{
        poll,
        wait_for, //
    },
    write::MmapWriteGuard, //
};
use kernel::{
    error::to_result,
    page::PAGE_SIZE,
    prelude::*, //
};
use vma_lock::{
    sys::VmaRaw,
    vma_is_attached, //
};

/// Where the VMA is, and where the writer moves it.
const HERE: usize = 0;
const ELSEWHERE: usize = 4 * PAGE_SIZE;

impl Synthetic {
    /// Maps `vma` at `start`.
    fn map(&self, vma: &VmaRaw, start: usize) -> Result {
        // SAFETY: The mm is ours; all callers hold its lock for writing.
        to_result(unsafe {
            synthetic_mm_map(
                self.as_ptr(),
                vma.as_ptr(),
                start,
                start.wrapping_add(PAGE_SIZE),
            )
        })
    }

    fn unmap_all(&self) {
        // SAFETY: As above.
        unsafe { synthetic_mm_unmap(self.as_ptr()) }
    }

    /// The reader, by the function that the flags choose.
    pub(crate) fn overtaken(&self, side: Side, args: &mut vma_test_op) -> Result {
        let (mm, vma, other) = (self.mm(), self.vma(), self.other.vma());
        let mmap = MmapWriteGuard::lock(mm)?;
        self.unmap_all();
        self.map(vma, HERE)?;
        drop(mmap);

        // SAFETY: The VMA is ours.
        to_result(unsafe { abi::vma_lock_test_overtake_begin(vma.as_ptr()) })?;
        // SAFETY: The mm is ours, and so are its VMAs.
        let found = unsafe {
            if args.flags & abi::VMA_TEST_OP_FIND != 0 {
                side.lock_vma_under_rcu(mm, HERE).ok_or(EBUSY)
            } else if args.flags & abi::VMA_TEST_OP_NEXT != 0 {
                side.lock_next_vma(mm, HERE)
            } else {
                self.start_read(side).map(|()| vma.as_ptr())
            }
        };
        // SAFETY: Begun above.
        let overtaken = to_result(unsafe { abi::vma_lock_test_overtake_end() });

        if let Ok(found) = found {
            // SAFETY: Locked above.
            unsafe { side.end_read(VmaRaw::from_raw(found)) };
        }
        args.ret = found.map_or_else(Error::to_errno, |found| i32::from(found == other.as_ptr()));
        self.wait_until_disengaged();

        let _mmap = MmapWriteGuard::lock(mm)?;
        self.unmap_all();
        if vma_is_attached(other) {
            // SAFETY: The mmap lock of the mm that it is in is held for writing.
            unsafe {
                side.start_write(other);
                side.mark_detached(other);
            }
        }
        overtaken
    }

    /// The writer, which does to the VMA what `args.word` says.
    pub(crate) fn overtake(&self, side: Side, args: &mut vma_test_op) -> Result {
        // SAFETY: No requirements.
        wait_for(|| unsafe { abi::vma_lock_test_overtake_engage(self.vma().as_ptr()) })?;
        let changed = self.overtake_engaged(side, args.word);
        // SAFETY: Engaged above, and the VMA is no longer used.
        unsafe {
            abi::vma_lock_test_overtake_go_on();
            abi::vma_lock_test_disengage();
        }
        changed
    }

    fn overtake_engaged(&self, side: Side, what: u32) -> Result {
        let (vma, other) = (self.vma(), self.other.vma());
        let _mmap = MmapWriteGuard::lock(self.mm())?;

        // SAFETY: The mmap lock is held for writing.
        unsafe { side.start_write(vma) };
        match what {
            abi::VMA_TEST_STAY => {
                // SAFETY: Engaged, says the caller.
                unsafe { abi::vma_lock_test_overtake_go_on() };
                // SAFETY: No requirements.
                poll(5000, || unsafe { abi::vma_lock_test_race_over() });
            }
            abi::VMA_TEST_DETACH => {
                self.unmap_all();
                // SAFETY: The mmap lock is held for writing, and the VMA write-locked.
                unsafe { side.mark_detached(vma) };
            }
            abi::VMA_TEST_MOVE | abi::VMA_TEST_REPLACE => {
                self.unmap_all();
                self.map(vma, ELSEWHERE)?;
                if what == abi::VMA_TEST_REPLACE {
                    self.map(other, HERE)?;
                    // SAFETY: As above, and this one is in the same mm by now.
                    unsafe {
                        side.start_write(other);
                        side.mark_attached(other);
                    }
                }
            }
            _ => return Err(EINVAL),
        }
        Ok(())
    }
}
