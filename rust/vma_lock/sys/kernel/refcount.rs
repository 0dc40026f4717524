// SPDX-License-Identifier: GPL-2.0

//! The operations of `refcount_t` that the protocol uses.
//!
//! [`kernel::sync::Refcount`] has none of these, because they return the old value, add more than
//! one, or stop at a limit. Saturation and its `WARN` are the kernel's own.
//!
//! C header: [`include/linux/refcount.h`](srctree/include/linux/refcount.h)

use super::{
    bindings,
    once::{
        read_once,
        write_once, //
    },
};
use kernel::{
    bindings::refcount_t,
    types::Opaque, //
};

/// A `refcount_t` that somebody else owns.
#[repr(transparent)]
pub struct Refcount(Opaque<refcount_t>);

impl Refcount {
    #[inline]
    fn as_ptr(&self) -> *mut refcount_t {
        self.0.get()
    }

    /// Reads the count. No ordering. C: `refcount_read`.
    #[inline]
    pub fn read(&self) -> u32 {
        let word = self.as_ptr().cast::<u32>();
        // SAFETY: `refcount_t` is one 32-bit word, valid as long as `self`.
        unsafe { read_once(word) }
    }

    /// Sets the count. No ordering. C: `refcount_set`.
    #[inline]
    pub fn set(&self, n: u32) {
        let word = self.as_ptr().cast::<u32>();
        // SAFETY: As in `read`.
        unsafe { write_once(word, n) }
    }

    /// Sets the count with RELEASE ordering. C: `refcount_set_release`.
    #[inline]
    pub fn set_release(&self, n: u32) {
        // SAFETY: `self` is a valid `refcount_t`.
        unsafe { bindings::refcount_set_release(self.as_ptr(), n as i32) }
    }

    /// Decrements; returns whether the count is now 0, and what it was before.
    ///
    /// RELEASE, and ACQUIRE when the result is 0. C: `__refcount_dec_and_test`.
    #[inline]
    #[must_use]
    pub fn dec_and_test(&self) -> (bool, u32) {
        let mut old = 0;
        // SAFETY: `self` is a valid `refcount_t`, `old` a valid place for the old value.
        let zero = unsafe { bindings::__refcount_dec_and_test(self.as_ptr(), &mut old) };
        (zero, old as u32)
    }

    /// Increments unless the count is 0 or would exceed `limit`; returns whether it did, and what
    /// the count was before.
    ///
    /// ACQUIRE on success. C: `__refcount_inc_not_zero_limited_acquire`.
    #[inline]
    #[must_use]
    pub fn inc_not_zero_limited_acquire(&self, limit: u32) -> (bool, u32) {
        let mut old = 0;
        // SAFETY: `self` is a valid `refcount_t`, `old` a valid place for the old value.
        let done = unsafe {
            bindings::__refcount_inc_not_zero_limited_acquire(self.as_ptr(), &mut old, limit as i32)
        };
        (done, old as u32)
    }

    /// Adds `i` unless the count is 0; returns whether it did.
    ///
    /// No ordering but the control dependency on success. C: `refcount_add_not_zero`.
    #[inline]
    #[must_use]
    pub fn add_not_zero(&self, i: u32) -> bool {
        // SAFETY: `self` is a valid `refcount_t`.
        unsafe { bindings::refcount_add_not_zero(i as i32, self.as_ptr()) }
    }

    /// Subtracts `i`; returns whether the count is now 0.
    ///
    /// RELEASE, and ACQUIRE when the result is 0. C: `refcount_sub_and_test`.
    #[inline]
    #[must_use]
    pub fn sub_and_test(&self, i: u32) -> bool {
        // SAFETY: `self` is a valid `refcount_t`.
        unsafe { bindings::refcount_sub_and_test(i as i32, self.as_ptr()) }
    }
}
