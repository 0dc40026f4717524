// SPDX-License-Identifier: GPL-2.0

//! `READ_ONCE` and `WRITE_ONCE` of words that tasks share.
//!
//! C header: [`include/asm-generic/rwonce.h`](srctree/include/asm-generic/rwonce.h)

use kernel::sync::atomic::{
    atomic_load,
    atomic_store,
    Relaxed, //
};

/// A word that is read and written as a whole.
pub(super) trait Word: Sized {
    /// See [`read_once`].
    ///
    /// # Safety
    ///
    /// As there.
    unsafe fn read_once(word: *const Self) -> Self;

    /// See [`write_once`].
    ///
    /// # Safety
    ///
    /// As there.
    unsafe fn write_once(word: *mut Self, value: Self);
}

macro_rules! impl_word {
    ($($word:ty),*) => {$(
        impl Word for $word {
            #[inline(always)]
            unsafe fn read_once(word: *const Self) -> Self {
                // SAFETY: The caller vouches for `word`.
                unsafe { atomic_load(word.cast_mut(), Relaxed) }
            }

            #[inline(always)]
            unsafe fn write_once(word: *mut Self, value: Self) {
                // SAFETY: The caller vouches for `word`.
                unsafe { atomic_store(word, value, Relaxed) }
            }
        }
    )*};
}

impl_word!(u32, usize, *mut kernel::bindings::mm_struct);

/// Reads `word`, once. No ordering. C: `READ_ONCE`.
///
/// # Safety
///
/// `word` is valid for reads; others may write it, but as a whole.
#[inline(always)]
pub(super) unsafe fn read_once<T: Word>(word: *const T) -> T {
    // SAFETY: The caller vouches for the same.
    unsafe { T::read_once(word) }
}

/// Writes `word`, once. No ordering. C: `WRITE_ONCE`.
///
/// # Safety
///
/// `word` is valid for writes; others may use it, but as a whole.
#[inline(always)]
pub(super) unsafe fn write_once<T: Word>(word: *mut T, value: T) {
    // SAFETY: The caller vouches for the same.
    unsafe { T::write_once(word, value) }
}
