// SPDX-License-Identifier: GPL-2.0

//! The running kernel's per-VMA lock, replaced by this library's: a livepatch with bodies in Rust.
//!
//! From the moment it is loaded every page fault, mmap, munmap, mprotect, fork and exit of the
//! machine goes through the functions below. What the kernel has inlined, the puts above all,
//! stays C: both meet on the same words. See `Documentation/live-swap.rst`.
//!
//! ```sh
//! insmod rust_vma_swap.ko
//! cat /sys/kernel/livepatch/rust_vma_swap/transition      # 0: done
//! cat /proc/self/fdinfo/3 3</dev/rust_vma_swap            # counters
//! echo 0 > /sys/kernel/livepatch/rust_vma_swap/enabled
//! rmmod rust_vma_swap
//! ```

use core::{
    mem,
    ptr, //
};
use kernel::{
    bindings::{
        mm_struct,
        rcu_read_unlock,
        vm_area_struct,
        vma_iterator, //
    },
    error::to_result,
    ffi::{
        c_int,
        c_ulong, //
    },
    miscdevice::{
        MiscDeviceOptions,
        MiscDeviceRegistration, //
    },
    prelude::*, //
};
use stats::Event;
use vma_lock::{
    sys::{
        rcu,
        MmRaw,
        TaskState,
        VmaIter,
        VmaRaw, //
    },
    LockVmaError, //
};

mod glue;
#[cfg(not(misc_owner))]
#[path = "../owner.rs"]
mod owner;
mod stats;

module! {
    type: RustVmaSwap,
    name: "rust_vma_swap",
    authors: ["vma_lock developers"],
    description: "Per-VMA lock in Rust: livepatch of the running kernel",
    license: "GPL",
}

#[pin_data]
struct RustVmaSwap {
    #[pin]
    _miscdev: MiscDeviceRegistration<stats::Device>,
}

impl kernel::InPlaceModule for RustVmaSwap {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _miscdev <- MiscDeviceRegistration::register(MiscDeviceOptions {
                name: c"rust_vma_swap",
            }),
            // Last, because there is no way back: a module that failed now would be freed while the
            // kernel calls it.
            _: {
                // SAFETY: The bodies are ready to be called.
                to_result(unsafe { glue::rust_vma_swap_enable() })?;
            },
        })
    }
}

// By its stack the livepatch core tells whether a task still is in one of these bodies, and so in the
// module. Hence none may end in a tail call: what it calls could sleep, or be preempted, while the
// body itself is no longer on the stack, and the module be unloaded under it.

/// C: `lock_vma_under_rcu`.
///
/// # Safety
///
/// As for [`vma_lock::lock_vma_under_rcu`].
#[no_mangle]
unsafe extern "C" fn rust_vma_swap_lock_vma_under_rcu(
    mm: *mut mm_struct,
    address: c_ulong,
) -> *mut vm_area_struct {
    // SAFETY: The kernel calls this with what it calls the function of C with.
    let vma = unsafe { vma_lock::lock_vma_under_rcu(MmRaw::from_raw(mm), address) };

    match vma {
        Some(_) => Event::READS,
        None => Event::READ_FAILURES,
    }
    .count();
    vma.map_or(ptr::null_mut(), VmaRaw::as_ptr)
}

/// C: `lock_next_vma`.
///
/// # Safety
///
/// As for [`vma_lock::lock_next_vma`].
#[no_mangle]
unsafe extern "C" fn rust_vma_swap_lock_next_vma(
    _mm: *mut mm_struct,
    vmi: *mut vma_iterator,
    from_addr: c_ulong,
) -> *mut vm_area_struct {
    // The caller's RCU as a guard: one more, and one less.
    let rcu = rcu::read_lock();
    // SAFETY: It is held twice.
    unsafe { rcu_read_unlock() };

    // SAFETY: The kernel calls this with what it calls the function of C with.
    let (next, rcu) = unsafe { vma_lock::lock_next_vma(VmaIter::from_raw(vmi), from_addr, rcu) };

    // It is the caller's again.
    mem::forget(rcu);
    match next {
        Ok(Some(_)) => Event::NEXT_READS,
        _ => Event::NEXT_FAILURES,
    }
    .count();
    match next {
        Ok(vma) => vma.map_or(ptr::null_mut(), VmaRaw::as_ptr),
        Err(LockVmaError::Interrupted) => EINTR.to_ptr(),
        Err(LockVmaError::TooManyReaders) => EAGAIN.to_ptr(),
    }
}

/// C: `__vma_start_write`.
///
/// # Safety
///
/// As for [`vma_lock::__vma_start_write`].
#[no_mangle]
unsafe extern "C" fn rust_vma_swap_start_write(vma: *mut vm_area_struct, state: c_int) -> c_int {
    // The kernel has no others.
    let state = TaskState::from_raw(state).unwrap_or(TaskState::Uninterruptible);
    // SAFETY: The kernel calls this with what it calls the function of C with.
    let started = unsafe { vma_lock::__vma_start_write(VmaRaw::from_raw(vma), state) };

    match started {
        Ok(()) => Event::WRITES,
        Err(vma_lock::Interrupted) => Event::WRITES_INTERRUPTED,
    }
    .count();
    started.map_or(EINTR.to_errno(), |()| 0)
}

/// C: `__vma_exclude_readers_for_detach`.
///
/// # Safety
///
/// As for [`vma_lock::__vma_exclude_readers_for_detach`].
#[no_mangle]
unsafe extern "C" fn rust_vma_swap_exclude_readers_for_detach(vma: *mut vm_area_struct) {
    // SAFETY: The kernel calls this with what it calls the function of C with.
    unsafe { vma_lock::__vma_exclude_readers_for_detach(VmaRaw::from_raw(vma)) };

    Event::SLOW_DETACHES.count();
}
