// SPDX-License-Identifier: GPL-2.0

//! The bug that takes two tasks: a writer on one CPU, a reader on another.

use crate::{
    bugs::attached,
    synthetic_mm::SyntheticMm,
    Way, //
};
use core::{
    hint::black_box,
    ptr, //
};
use kernel::{
    page::PAGE_SIZE,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc, //
    },
    workqueue, //
};

/// How often the reader looks; the writer goes on until then. KCSAN watches one plain access in some
/// thousands.
const LOOKS: u32 = 400_000;

struct Shared {
    synthetic: SyntheticMm,
    looks: Atomic<u32>,
}

/// The range of a VMA is copied without its lock while a writer moves the VMA: the copy may be of
/// two ranges.
///
/// Of 16 bytes, and apart from the lock's own functions, since KCSAN is hard to provoke there. It
/// takes all accesses for marked in a write section of a seqcount, as the mmap write lock is, and
/// 1000 of them after a look at one, as `vma_start_read` has. And of 8 bytes or less it must see the
/// value change; with `CONFIG_KCSAN_VERBOSE` a store that hits a watched load waits until the watch
/// is over.
pub(crate) fn data_race(way: Way) -> Result {
    let shared = Arc::new(
        Shared {
            synthetic: attached()?,
            looks: Atomic::new(0),
        },
        GFP_KERNEL,
    )?;
    let reader = shared.clone();

    workqueue::system_unbound().try_spawn(GFP_KERNEL, move || look(&reader, way))?;
    write(&shared);
    Ok(())
}

fn write(shared: &Shared) {
    let vma = shared.synthetic.vma().as_ptr();
    let mut start = 0usize;

    while shared.looks.load(Relaxed) < LOOKS {
        start = start.wrapping_add(PAGE_SIZE);
        // SAFETY: The VMA stays as long as it is borrowed. As WRITE_ONCE().
        unsafe {
            ptr::addr_of_mut!((*vma).__bindgen_anon_1.__bindgen_anon_1.vm_start)
                .write_volatile(start)
        };
    }
}

fn look(shared: &Shared, way: Way) {
    let vma = shared.synthetic.vma();

    while shared.looks.fetch_add(1, Relaxed) < LOOKS {
        black_box(&match way {
            // SAFETY: The VMA stays as long as it is borrowed. But it is written to: this is the bug.
            Way::Wrong => unsafe {
                ptr::addr_of!((*vma.as_ptr()).__bindgen_anon_1.__bindgen_anon_1)
                    .cast::<[usize; 2]>()
                    .read()
            },
            Way::Right => vma.range().into(),
        });
    }
}
