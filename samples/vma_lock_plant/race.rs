// SPDX-License-Identifier: GPL-2.0

//! The bug that takes two tasks: readers on one CPU, writers on another.

use crate::{
    bugs::attached,
    synthetic_mm::SyntheticMm,
    Way, //
};
use core::ptr;
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        rcu,
        Arc, //
    },
    workqueue, //
};
use vma_lock::*;

/// Write locks taken; the other side reads until all of them have been.
const WRITES: u32 = 5_000;

struct Shared {
    synthetic: SyntheticMm,
    written: Atomic<u32>,
}

/// Readers look at `vm_lock_seq` before they lock, while writers store to it. With a plain load the
/// compiler may read it twice, or in parts.
pub(crate) fn data_race(way: Way) -> Result {
    let shared = Arc::new(
        Shared {
            synthetic: attached()?,
            written: Atomic::new(0),
        },
        GFP_KERNEL,
    )?;
    let writer = shared.clone();

    workqueue::system_unbound().try_spawn(GFP_KERNEL, move || write(&writer))?;
    read(&shared, way);
    Ok(())
}

fn write(shared: &Shared) {
    let synthetic = &shared.synthetic;

    while shared.written.load(Relaxed) < WRITES {
        mmap_write_lock(synthetic.mm());
        // SAFETY: The mmap write lock is held.
        unsafe {
            vma_start_write(synthetic.vma());
            mmap_write_unlock(synthetic.mm());
        }
        shared.written.fetch_add(1, Relaxed);
    }
}

#[inline(never)]
fn read(shared: &Shared, way: Way) {
    let (mm, vma) = (shared.synthetic.mm(), shared.synthetic.vma());

    while shared.written.load(Relaxed) < WRITES {
        // SAFETY: The VMA stays as long as it is borrowed. But it may be written to: this is the bug.
        let plain = || unsafe { ptr::addr_of!((*vma.as_ptr()).vm_lock_seq).read() };

        if way == Way::Wrong && plain() == mm.mm_lock_seq().read() {
            continue;
        }
        // SAFETY: mm and VMA stay as long as they are borrowed.
        if unsafe { vma_start_read(mm, vma, rcu::read_lock()) }.is_ok() {
            // SAFETY: Locked above.
            unsafe { vma_end_read(vma) };
        }
    }
}
