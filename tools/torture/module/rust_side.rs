// SPDX-License-Identifier: GPL-2.0

//! The library as a side: its functions, for the table in `rust_table.c`.
//!
//! Each does what the C function of that name does, signature included, and no more.

#![allow(missing_docs)]
// The kernel's structures hold empty ones, which rustc takes for a sign of trouble.
#![allow(improper_ctypes_definitions)]

use core::ptr;
use kernel::{
    bindings::{
        mm_struct,
        vm_area_struct,
        EINTR, //
    },
    ffi::{
        c_int,
        c_ulong, //
    },
    prelude::*,
    sync::rcu, //
};
use vma_lock::{
    sys::{
        MmRaw,
        VmaIter,
        VmaRaw, //
    },
    Interrupted, //
};

const __LOG_PREFIX: &[u8] = b"vma_lock_torture\0";

/// # Safety
///
/// As for [`vma_lock::lock_vma_under_rcu`].
#[no_mangle]
unsafe extern "C" fn torture_rust_lock_vma_under_rcu(
    mm: *mut mm_struct,
    address: c_ulong,
) -> *mut vm_area_struct {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::lock_vma_under_rcu(MmRaw::from_raw(mm), address) }
        .map_or(ptr::null_mut(), VmaRaw::as_ptr)
}

/// An error comes as `ERR_PTR`.
///
/// # Safety
///
/// As for [`vma_lock::lock_next_vma`], the iterator aside.
#[no_mangle]
unsafe extern "C" fn torture_rust_lock_next_vma(
    mm: *mut mm_struct,
    from: c_ulong,
) -> *mut vm_area_struct {
    // SAFETY: The caller vouches for the mm.
    let mm = unsafe { MmRaw::from_raw(mm) };
    let mut vmi = VmaIter::new(mm, from);

    // SAFETY: The caller vouches for the mm; the iterator is new.
    let (vma, _rcu) = unsafe { vma_lock::lock_next_vma(&mut vmi, from, rcu::read_lock()) };
    match vma {
        Ok(vma) => vma.map_or(ptr::null_mut(), VmaRaw::as_ptr),
        Err(error) => ptr::without_provenance_mut(Error::from(error).to_errno() as isize as usize),
    }
}

/// # Safety
///
/// As for [`vma_lock::vma_start_read_locked`].
#[no_mangle]
unsafe extern "C" fn torture_rust_start_read_locked(vma: *mut vm_area_struct) -> bool {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::vma_start_read_locked(VmaRaw::from_raw(vma)) }
}

/// # Safety
///
/// As for [`vma_lock::vma_start_write_killable`].
#[no_mangle]
unsafe extern "C" fn torture_rust_start_write_killable(vma: *mut vm_area_struct) -> c_int {
    // SAFETY: The caller vouches for the same.
    match unsafe { vma_lock::vma_start_write_killable(VmaRaw::from_raw(vma)) } {
        Ok(()) => 0,
        Err(Interrupted) => -(EINTR as c_int),
    }
}

/// # Safety
///
/// As for [`vma_lock::vma_lock_init`]; the count is kept.
#[no_mangle]
unsafe extern "C" fn torture_rust_lock_init(vma: *mut vm_area_struct) {
    // SAFETY: The caller vouches for the same.
    unsafe { vma_lock::vma_lock_init(VmaRaw::from_raw(vma), false) }
}

/// Functions that take a VMA, or a mm, and return nothing.
macro_rules! forward {
    ($($raw:ident::from_raw($ty:ty): $name:ident => $function:ident;)*) => {$(
        /// # Safety
        ///
        /// As for the function of the library.
        #[no_mangle]
        unsafe extern "C" fn $name(arg: *mut $ty) {
            // SAFETY: The caller vouches for the same.
            let arg = unsafe { $raw::from_raw(arg) };
            // Some are safe to call.
            #[allow(unused_unsafe)]
            // SAFETY: As above.
            unsafe {
                vma_lock::$function(arg)
            }
        }
    )*};
}

forward! {
    VmaRaw::from_raw(vm_area_struct): torture_rust_end_read => vma_end_read;
    VmaRaw::from_raw(vm_area_struct): torture_rust_start_write => vma_start_write;
    VmaRaw::from_raw(vm_area_struct): torture_rust_mark_attached => vma_mark_attached;
    VmaRaw::from_raw(vm_area_struct): torture_rust_mark_detached => vma_mark_detached;
    MmRaw::from_raw(mm_struct): torture_rust_mmap_write_lock => mmap_write_lock;
    MmRaw::from_raw(mm_struct): torture_rust_mmap_write_unlock => mmap_write_unlock;
    MmRaw::from_raw(mm_struct): torture_rust_mmap_write_downgrade => mmap_write_downgrade;
    MmRaw::from_raw(mm_struct): torture_rust_mmap_read_lock => mmap_read_lock;
    MmRaw::from_raw(mm_struct): torture_rust_mmap_read_unlock => mmap_read_unlock;
}
