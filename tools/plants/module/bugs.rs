// SPDX-License-Identifier: GPL-2.0

//! The bugs that one task can make.

use crate::{
    abi,
    synthetic_mm::{
        bindings::synthetic_mm_free,
        SyntheticMm, //
    },
    Way, //
};
use core::{
    hint::black_box,
    mem, //
};
use kernel::{
    prelude::*,
    sync::rcu, //
};
use vma_lock::{
    sys::VmaRaw, //
    *,
};

/// A VMA that is attached and not locked.
pub(crate) fn attached() -> Result<SyntheticMm> {
    let synthetic = SyntheticMm::new()?;

    // SAFETY: The mmap write lock is taken first, dropped last, and the VMA is detached.
    unsafe {
        mmap_write_lock(synthetic.mm());
        vma_start_write(synthetic.vma());
        vma_mark_attached(synthetic.vma());
        mmap_write_unlock(synthetic.mm());
    }
    Ok(synthetic)
}

/// Read-locks the VMA; nobody has write-locked it.
fn start_read(synthetic: &SyntheticMm) -> Result {
    // SAFETY: mm and VMA stay as long as they are borrowed.
    unsafe { vma_start_read(synthetic.mm(), synthetic.vma(), rcu::read_lock()) }
        .map(drop)
        .map_err(|_| EAGAIN)
}

fn end_read(synthetic: &SyntheticMm) {
    // SAFETY: start_read() locked it.
    unsafe { vma_end_read(synthetic.vma()) };
}

/// The last reader drops its count, and before it looks whether to wake somebody the VMA is freed:
/// whoever looks at the VMA's count, not at the one that the drop returned, looks at freed memory.
pub(crate) fn use_after_free(way: Way) -> Result {
    let synthetic = attached()?;
    let vma: *const VmaRaw = synthetic.vma();

    // SAFETY: The VMA's own count is given up.
    let mut newcnt = unsafe { __vma_refcount_put_return(&*vma) };
    // At once: no other reader has ever seen it.
    // SAFETY: Nobody else uses it, and nor does its drop.
    unsafe { synthetic_mm_free(mem::ManuallyDrop::new(synthetic).as_ptr()) };
    if way == Way::Wrong {
        // SAFETY: It is not: this is the bug.
        newcnt = unsafe { (*vma).refcnt() };
    }
    black_box(newcnt != 0 && are_readers_excluded(newcnt as i32));
    Ok(())
}

/// Writers take the mmap lock and then that of the VMA; this reader does it the other way round.
pub(crate) fn lock_inversion(way: Way) -> Result {
    let synthetic = attached()?;
    let mm = synthetic.mm();

    // SAFETY: The mmap write lock is held until the end. On a VMA that is attached this excludes readers.
    unsafe {
        mmap_write_lock(mm);
        vma_start_write(synthetic.vma());
        mmap_write_unlock(mm);
    }
    start_read(&synthetic)?;
    if way == Way::Right {
        end_read(&synthetic);
    }
    // SAFETY: Dropped at once.
    unsafe {
        mmap_read_lock(mm);
        mmap_read_unlock(mm);
    }
    if way == Way::Wrong {
        end_read(&synthetic);
    }
    Ok(())
}

/// The call returns to user space with the VMA read-locked.
pub(crate) fn leaked_lock(way: Way) -> Result {
    let synthetic = attached()?;

    start_read(&synthetic)?;
    match way {
        Way::Wrong => mem::forget(synthetic),
        Way::Right => end_read(&synthetic),
    }
    Ok(())
}

/// Memory is allocated, which may sleep, before the RCU lock of the search has been dropped.
pub(crate) fn sleep_in_atomic(way: Way) -> Result {
    let rcu = (way == Way::Wrong).then(rcu::read_lock);
    let memory = KBox::new(0u64, GFP_KERNEL);

    drop(rcu);
    memory?;
    Ok(())
}

/// A new VMA is attached that readers could lock at once.
pub(crate) fn not_write_locked(way: Way) -> Result {
    let synthetic = SyntheticMm::new()?;

    // SAFETY: The mmap write lock is held until the end. The VMA is detached, but only write-locked if
    // all is right.
    unsafe {
        mmap_write_lock(synthetic.mm());
        if way == Way::Right {
            vma_start_write(synthetic.vma());
        }
        vma_mark_attached(synthetic.vma());
        mmap_write_unlock(synthetic.mm());
    }
    Ok(())
}

/// A count too many is dropped.
pub(crate) fn put_of_detached(way: Way) -> Result {
    let synthetic = match way {
        Way::Wrong => SyntheticMm::new(),
        Way::Right => attached(),
    }?;

    // SAFETY: If all is right there is a count, the VMA's own.
    black_box(unsafe { __vma_refcount_put_return(synthetic.vma()) });
    Ok(())
}

/// The flag, one bit too far to the left for the word.
pub(crate) fn shift(way: Way) -> Result {
    let bit = if way == Way::Wrong { 32 } else { 30 };

    // SAFETY: No requirements but a bit that is there: this is the bug.
    black_box(unsafe { abi::vma_lock_plant_bit(bit) });
    Ok(())
}
