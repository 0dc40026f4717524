// SPDX-License-Identifier: GPL-2.0

//! The operations of `refcount_t` that [`kernel::sync::Refcount`] lacks.
//!
//! C header: [`include/linux/refcount.h`](srctree/include/linux/refcount.h)

use super::{
    bindings,
    once::read_once, //
};
use crate::sys::RefcountExt;
use kernel::{
    bindings::refcount_t,
    sync::Refcount, //
};

/// [`Refcount`] is transparent over `refcount_t`, which is one 32-bit word that may change at any time.
#[inline(always)]
fn as_ptr(refcount: &Refcount) -> *mut refcount_t {
    core::ptr::from_ref(refcount).cast_mut().cast()
}

impl RefcountExt for Refcount {
    #[inline]
    fn read(&self) -> u32 {
        // SAFETY: The word is valid as long as `self`.
        unsafe { read_once(as_ptr(self).cast::<u32>()) }
    }

    #[inline]
    fn set_release(&self, n: u32) {
        // SAFETY: `self` is a valid `refcount_t`.
        unsafe { bindings::refcount_set_release(as_ptr(self), n as i32) }
    }

    #[inline]
    fn dec_and_test_old(&self) -> (bool, u32) {
        let mut old = 0;
        // SAFETY: `self` is a valid `refcount_t`, `old` a valid place for the old value.
        let zero = unsafe { bindings::__refcount_dec_and_test(as_ptr(self), &mut old) };
        (zero, old as u32)
    }

    #[inline]
    fn inc_not_zero_limited_acquire(&self, limit: u32) -> (bool, u32) {
        let mut old = 0;
        // SAFETY: `self` is a valid `refcount_t`, `old` a valid place for the old value.
        let done = unsafe {
            bindings::__refcount_inc_not_zero_limited_acquire(as_ptr(self), &mut old, limit as i32)
        };
        (done, old as u32)
    }

    #[inline]
    fn add_not_zero(&self, i: u32) -> bool {
        // SAFETY: `self` is a valid `refcount_t`.
        unsafe { bindings::refcount_add_not_zero(i as i32, as_ptr(self)) }
    }

    #[inline]
    fn sub_and_test(&self, i: u32) -> bool {
        // SAFETY: `self` is a valid `refcount_t`.
        unsafe { bindings::refcount_sub_and_test(i as i32, as_ptr(self)) }
    }
}
