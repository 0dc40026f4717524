// SPDX-License-Identifier: GPL-2.0

//! The Rust library as a side: the operations of the module, and those that only the explorer asks
//! for, for `rust_helpers.c`.

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

#[macro_use]
#[path = "../module/rust_side.rs"]
mod module_side;

extern "C" {
    /// What a speculating reader has begun with, for `rust_helpers.c`.
    fn x_seq() -> *mut u32;
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
