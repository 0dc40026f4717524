// SPDX-License-Identifier: GPL-2.0

//! `once.rs` for `--cfg vma_lock_steps`, which no driver sets: whoever links the library is told
//! before each access to a shared word, and may let other tasks come in between. So a test can try
//! all orders of them.

/// Reads `word`, once. No ordering. C: `READ_ONCE`.
///
/// # Safety
///
/// `word` is valid for reads; others may write it, but as a whole.
#[inline(always)]
pub(super) unsafe fn read_once<T: Copy>(word: *const T) -> T {
    // SAFETY: Only address and size are used.
    unsafe { vma_lock_before_load(word.cast(), size_of::<T>()) };
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
    // SAFETY: Only address and size are used.
    unsafe { vma_lock_before_store(word.cast_const().cast(), size_of::<T>()) };
    // SAFETY: The caller vouches for `word`. A volatile access of one word is done in one piece.
    unsafe { word.write_volatile(value) }
}

extern "C" {
    fn vma_lock_before_load(word: *const core::ffi::c_void, size: usize);
    fn vma_lock_before_store(word: *const core::ffi::c_void, size: usize);
}
