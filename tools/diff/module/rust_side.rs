// SPDX-License-Identifier: GPL-2.0

//! The Rust library as a side of the comparison: each operation of `vma_lock_diff.h`, for the table
//! in `rust_table.c`.

use core::{
    ffi::c_int,
    mem,
    ptr, //
};
use kernel::{
    bindings,
    bindings::{
        mm_struct,
        vm_area_struct, //
    },
    error::{
        code::{
            EAGAIN,
            EINTR, //
        },
        Error, //
    },
    sync::rcu, //
};
use vma_lock::{
    sys::{
        MmRaw,
        VmaIter,
        VmaRaw, //
    },
    StartReadError, //
};

/// Defines one C function for each operation; `$vma` is the VMA, `$mm` the mm that was searched.
macro_rules! operations {
    ($($name:ident = |$mm:ident, $vma:ident| $body:expr;)*) => {
        $(
            /// One operation.
            ///
            /// # Safety
            ///
            /// `mm` and `vma` are live, and what the operation asks of its caller holds; or all
            /// that does not is that nobody else uses them and the count is made up.
            #[allow(unused_unsafe, reason = "some operations ask for nothing")]
            #[no_mangle]
            unsafe extern "C" fn $name(mm: *mut mm_struct, vma: *mut vm_area_struct) -> c_int {
                // SAFETY: The caller vouches for the pointers.
                let ($mm, $vma) = unsafe { (MmRaw::from_raw(mm), VmaRaw::from_raw(vma)) };

                // SAFETY: The caller vouches for what the operation asks.
                unsafe { $body }
            }
        )*
    };
}

operations! {
    vma_lock_diff_rust_refcount_put = |_mm, vma| { vma_lock::vma_refcount_put(vma); 0 };
    vma_lock_diff_rust_end_read = |_mm, vma| { vma_lock::vma_end_read(vma); 0 };
    vma_lock_diff_rust_start_read = |mm, vma| start_read(mm, vma);
    vma_lock_diff_rust_start_read_locked = |_mm, vma| vma_lock::vma_start_read_locked(vma).into();
    vma_lock_diff_rust_start_write = |_mm, vma| { vma_lock::vma_start_write(vma); 0 };
    vma_lock_diff_rust_start_write_killable = |_mm, vma| {
        vma_lock::vma_start_write_killable(vma).map_or(EINTR.to_errno(), |()| 0)
    };
    vma_lock_diff_rust_mark_attached = |_mm, vma| { vma_lock::vma_mark_attached(vma); 0 };
    vma_lock_diff_rust_mark_detached = |_mm, vma| { vma_lock::vma_mark_detached(vma); 0 };
    vma_lock_diff_rust_is_attached = |_mm, vma| vma_lock::vma_is_attached(vma).into();
    vma_lock_diff_rust_assert_attached = |_mm, vma| { vma_lock::vma_assert_attached(vma); 0 };
    vma_lock_diff_rust_assert_detached = |_mm, vma| { vma_lock::vma_assert_detached(vma); 0 };
    vma_lock_diff_rust_assert_write_locked = |_mm, vma| {
        vma_lock::vma_assert_write_locked(vma);
        0
    };
    vma_lock_diff_rust_assert_locked = |_mm, vma| { vma_lock::vma_assert_locked(vma); 0 };
    vma_lock_diff_rust_lock_init = |_mm, vma| { vma_lock::vma_lock_init(vma, false); 0 };
    vma_lock_diff_rust_lock_init_reset = |_mm, vma| { vma_lock::vma_lock_init(vma, true); 0 };
    vma_lock_diff_rust_end_write_all = |_mm, vma| { vma_lock::vma_end_write_all(&*vma.vm_mm()); 0 };
    vma_lock_diff_rust_lock_vma_under_rcu = |mm, vma| {
        found(vma_lock::lock_vma_under_rcu(mm, ADDRESS), vma)
    };
    vma_lock_diff_rust_lock_next_vma = |mm, vma| lock_next_vma(mm, vma);
    vma_lock_diff_rust_start_read_locked_nested = |_mm, vma| {
        vma_lock::vma_start_read_locked_nested(vma, 1).into()
    };
    vma_lock_diff_rust_assert_stabilised = |_mm, vma| { vma_lock::vma_assert_stabilised(vma); 0 };
    vma_lock_diff_rust_assert_can_modify = |_mm, vma| { vma_lock::vma_assert_can_modify(vma); 0 };
    vma_lock_diff_rust_speculate = |mm, _vma| speculate(mm);
    vma_lock_diff_rust_mmap_assert_locked = |mm, _vma| { vma_lock::mmap_assert_locked(mm); 0 };
    vma_lock_diff_rust_mmap_assert_write_locked = |mm, _vma| {
        vma_lock::mmap_assert_write_locked(mm);
        0
    };
    vma_lock_diff_rust_mmap_write_lock = |mm, _vma| { vma_lock::mmap_write_lock(mm); 0 };
    vma_lock_diff_rust_mmap_write_lock_nested = |mm, _vma| {
        vma_lock::mmap_write_lock_nested(mm, 1);
        0
    };
    vma_lock_diff_rust_mmap_write_lock_killable = |mm, _vma| {
        vma_lock::mmap_write_lock_killable(mm).map_or(EINTR.to_errno(), |()| 0)
    };
    vma_lock_diff_rust_mmap_read_lock = |mm, _vma| { vma_lock::mmap_read_lock(mm); 0 };
    vma_lock_diff_rust_mmap_read_lock_killable = |mm, _vma| {
        vma_lock::mmap_read_lock_killable(mm).map_or(EINTR.to_errno(), |()| 0)
    };
    vma_lock_diff_rust_mmap_read_trylock = |mm, _vma| vma_lock::mmap_read_trylock(mm).into();
    vma_lock_diff_rust_mmap_write_unlock = |mm, _vma| { vma_lock::mmap_write_unlock(mm); 0 };
    vma_lock_diff_rust_mmap_write_downgrade = |mm, _vma| { vma_lock::mmap_write_downgrade(mm); 0 };
    vma_lock_diff_rust_mmap_read_unlock = |mm, _vma| { vma_lock::mmap_read_unlock(mm); 0 };
}

/// `VMA_LOCK_DIFF_ADDRESS`
const ADDRESS: usize = 16 << 20;

/// What C returns, as a number.
fn found(ret: Option<&VmaRaw>, vma: &VmaRaw) -> c_int {
    ret.map_or(0, |ret| if ptr::eq(ret, vma) { 1 } else { 2 })
}

/// 0: not now; 1: nobody has come in between; 2: somebody has; 3: an old sequence is not taken.
fn speculate(mm: &MmRaw) -> c_int {
    let Some(seq) = vma_lock::mmap_lock_speculate_try_begin(mm) else {
        return 0;
    };

    if vma_lock::mmap_lock_speculate_retry(mm, seq) {
        return 2;
    }
    if vma_lock::mmap_lock_speculate_retry(mm, seq.wrapping_sub(2)) {
        1
    } else {
        3
    }
}

/// RCU is held on entry and on exit, as in C.
///
/// # Safety
///
/// As for `lock_next_vma`.
unsafe fn lock_next_vma(mm: &MmRaw, vma: &VmaRaw) -> c_int {
    // SAFETY: The guard below stands for the caller's lock.
    unsafe { bindings::rcu_read_unlock() };
    let rcu = rcu::read_lock();
    let mut vmi = VmaIter::new(mm, ADDRESS);

    // SAFETY: The caller vouches for the mm; the iterator is new.
    let (ret, rcu) = unsafe { vma_lock::lock_next_vma(&mut vmi, ADDRESS, rcu) };
    mem::forget(rcu);
    match ret {
        Ok(ret) => found(ret, vma),
        Err(error) => Error::from(error).to_errno(),
    }
}

/// RCU is held on entry, and on success only on exit, as in C.
///
/// # Safety
///
/// As for `vma_start_read`.
unsafe fn start_read(mm: &MmRaw, vma: &VmaRaw) -> c_int {
    // SAFETY: The caller vouches for the same.
    let ret = match unsafe { vma_lock::vma_start_read(mm, vma, rcu::read_lock()) } {
        Ok(guard) => {
            mem::forget(guard);
            1
        }
        Err(StartReadError::Contended) => 0,
        Err(StartReadError::Detached) => EAGAIN.to_errno(),
    };

    // SAFETY: The guard above stood for a second lock, beside the caller's.
    unsafe { bindings::rcu_read_unlock() };
    ret
}
