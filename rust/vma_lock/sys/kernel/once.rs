// SPDX-License-Identifier: GPL-2.0

//! `READ_ONCE` and `WRITE_ONCE` of words that tasks share.
//!
//! With `--cfg vma_lock_steps`, which no driver sets, whoever links the library is told before each
//! such access, and may let other tasks come in between. So a test can try all orders of them.
//!
//! C header: [`include/asm-generic/rwonce.h`](srctree/include/asm-generic/rwonce.h)

/// Reads `word`, once. No ordering. C: `READ_ONCE`.
///
/// # Safety
///
/// `word` is valid for reads; others may write it, but as a whole.
#[inline(always)]
pub(super) unsafe fn read_once<T: Copy>(word: *const T) -> T {
    #[cfg(vma_lock_steps)]
    // SAFETY: Only address and size are used.
    unsafe {
        vma_lock_before_load(word.cast(), core::mem::size_of::<T>())
    };
    // SAFETY: The caller vouches for `word`. A volatile access of one word is done in one piece.
    unsafe { word.read_volatile() }
}

/// Writes `word`, once. No ordering. C: `WRITE_ONCE`.
///
/// # Safety
///
/// `word` is valid for writes; others may use it, but as a whole.
#[inline(always)]
pub(super) unsafe fn write_once<T: Copy>(word: *mut T, value: T) {
    #[cfg(vma_lock_steps)]
    // SAFETY: Only address and size are used.
    unsafe {
        vma_lock_before_store(word.cast_const().cast(), core::mem::size_of::<T>())
    };
    // SAFETY: The caller vouches for `word`. A volatile access of one word is done in one piece.
    unsafe { word.write_volatile(value) }
}

#[cfg(vma_lock_steps)]
extern "C" {
    fn vma_lock_before_load(word: *const core::ffi::c_void, size: usize);
    fn vma_lock_before_store(word: *const core::ffi::c_void, size: usize);
}
