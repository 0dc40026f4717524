// SPDX-License-Identifier: GPL-2.0

//! The events that `CONFIG_PER_VMA_LOCK_STATS` counts in `/proc/vmstat`.
//!
//! C header: [`include/linux/vmstat.h`](srctree/include/linux/vmstat.h)

/// What happened to a reader. C: `enum vm_event_item`.
#[derive(Clone, Copy)]
pub(crate) enum VmaLockEvent {
    /// It gave up; the caller takes the mmap lock. C: `VMA_LOCK_ABORT`.
    Abort,
    /// The VMA was detached before it could be locked; the reader looks again.
    /// C: `VMA_LOCK_MISS`.
    Miss,
}

/// Counts `event`, where the kernel does. C: `count_vm_vma_lock_event`.
#[inline(always)]
pub(crate) fn count_vm_vma_lock_event(event: VmaLockEvent) {
    #[cfg(CONFIG_PER_VMA_LOCK_STATS)]
    // SAFETY: No requirements.
    unsafe {
        match event {
            VmaLockEvent::Abort => super::bindings::count_vma_lock_abort(),
            VmaLockEvent::Miss => super::bindings::count_vma_lock_miss(),
        }
    }
    #[cfg(not(CONFIG_PER_VMA_LOCK_STATS))]
    let _ = event;
}
