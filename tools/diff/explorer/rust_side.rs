// SPDX-License-Identifier: GPL-2.0

//! The operations of the Rust library that only the explorer asks for, beside those of the module
//! (`tools/diff/module/rust_side.rs`).

use core::{
    ffi::c_int,
    ptr, //
};
use kernel::bindings::{
    mm_struct,
    vm_area_struct, //
};
use vma_lock::sys::{
    MmRaw,
    VmaRaw, //
};

extern "C" {
    /// What a speculating reader has begun with, for `rust_helpers.c`.
    fn x_seq() -> *mut u32;
}

/// Defines one C function for each operation; `$vma` is the VMA, `$mm` the mm.
macro_rules! operations {
    ($($name:ident = |$mm:ident, $vma:ident| $body:expr;)*) => {
        $(
            /// One operation, for `rust_helpers.c`.
            ///
            /// # Safety
            ///
            /// `mm` and `vma` are live, and what the operation asks of its caller holds.
            #[allow(unused_unsafe, reason = "some operations ask for nothing")]
            #[no_mangle]
            pub unsafe extern "C" fn $name(mm: *mut mm_struct, vma: *mut vm_area_struct) -> c_int {
                // SAFETY: The caller vouches for the pointers.
                let ($mm, $vma) = unsafe { (MmRaw::from_raw(mm), VmaRaw::from_raw(vma)) };

                // SAFETY: The caller vouches for what the operation asks.
                unsafe { $body }
            }
        )*
    };
}

operations! {
    vma_lock_diff_rust_mmap_lock_is_contended = |mm, _vma| {
        vma_lock::mmap_lock_is_contended(mm).into()
    };
    vma_lock_diff_rust_mm_lock_seqcount_init = |mm, _vma| {
        vma_lock::mm_lock_seqcount_init(mm);
        0
    };
    vma_lock_diff_rust_speculate_begin = |mm, _vma| {
        match vma_lock::mmap_lock_speculate_try_begin(mm) {
            Some(seq) => {
                // SAFETY: It is this thread's own.
                unsafe { ptr::write(x_seq(), seq) };
                1
            }
            None => 0,
        }
    };
    vma_lock_diff_rust_speculate_retry = |mm, _vma| {
        // SAFETY: It is this thread's own.
        vma_lock::mmap_lock_speculate_retry(mm, unsafe { ptr::read(x_seq()) }).into()
    };
}
