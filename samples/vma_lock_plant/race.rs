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
        rcu,
        Arc,
        Completion, //
    },
    workqueue, //
};
use vma_lock::*;

/// Locks taken on each side. KCSAN watches one plain access in some thousands.
const ROUNDS: u32 = 100_000;

#[pin_data]
struct Shared {
    synthetic: SyntheticMm,
    #[pin]
    written: Completion,
}

/// Readers look at `vm_lock_seq` before they lock, while writers store to it. With a plain load the
/// compiler may read it twice, or in parts.
pub(crate) fn data_race(way: Way) -> Result {
    let shared = Arc::pin_init(
        try_pin_init!(Shared {
            synthetic: attached()?,
            written <- Completion::new(),
        }),
        GFP_KERNEL,
    )?;
    let writer = shared.clone();

    workqueue::system_unbound().try_spawn(GFP_KERNEL, move || {
        write(&writer.synthetic);
        writer.written.complete_all();
    })?;
    read(&shared.synthetic, way);
    shared.written.wait_for_completion();
    Ok(())
}

fn write(synthetic: &SyntheticMm) {
    for _ in 0..ROUNDS {
        mmap_write_lock(synthetic.mm());
        // SAFETY: The mmap write lock is held.
        unsafe {
            vma_start_write(synthetic.vma());
            mmap_write_unlock(synthetic.mm());
        }
    }
}

#[inline(never)]
fn read(synthetic: &SyntheticMm, way: Way) {
    let (mm, vma) = (synthetic.mm(), synthetic.vma());

    for _ in 0..ROUNDS {
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
