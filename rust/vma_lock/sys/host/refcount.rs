// SPDX-License-Identifier: GPL-2.0

//! The operations of `refcount_t` that the protocol uses, with C's orderings and C's saturation.
//!
//! C header: [`include/linux/refcount.h`](srctree/include/linux/refcount.h)

use super::{
    history::record,
    life::Life,
    lockdep,
    warn, //
};
use crate::sys::RefcountExt;
use loom::sync::atomic::{
    fence,
    AtomicU32,
    Ordering::{
        self,
        Acquire,
        Relaxed,
        Release, //
    }, //
};

/// C: `REFCOUNT_SATURATED`.
const SATURATED: u32 = 0xc000_0000;

/// A `refcount_t`.
pub struct Refcount {
    life: Life,
    refs: AtomicU32,
}

impl Refcount {
    pub(super) fn new(life: Life) -> Self {
        Self {
            life,
            refs: AtomicU32::new(0),
        }
    }

    fn refs(&self) -> &AtomicU32 {
        self.life.touch("vm_refcnt");
        &self.refs
    }

    /// C: `refcount_set`.
    pub fn set(&self, n: u32) {
        record("vm_refcnt =", n);
        self.refs().store(n, Relaxed);
    }

    /// The loop of the additions that spare 0.
    fn add_if(&self, i: u32, order: Ordering, may: impl Fn(u32) -> bool) -> (bool, u32) {
        let refs = self.refs();
        let mut old = refs.load(Relaxed);

        loop {
            if old == 0 || !may(old) {
                record("vm_refcnt not raised, is", old);
                return (false, old);
            }
            match refs.compare_exchange(old, old.wrapping_add(i), order, Relaxed) {
                Ok(_) => break,
                Err(now) => old = now,
            }
        }

        record("vm_refcnt raised, was", old);
        if (old as i32) < 0 || (old.wrapping_add(i) as i32) < 0 {
            self.warn_saturate("refcount_t: saturated; leaking memory");
        }
        (true, old)
    }

    fn sub(&self, i: u32) -> (bool, u32) {
        let old = self.refs().fetch_sub(i, Release);

        record("vm_refcnt lowered, was", old);
        if old as i32 > 0 && old == i {
            fence(Acquire);
            return (true, old);
        }
        if old as i32 <= 0 || (old.wrapping_sub(i) as i32) < 0 {
            self.warn_saturate("refcount_t: underflow; use-after-free");
        }
        (false, old)
    }

    /// C: `refcount_warn_saturate`.
    fn warn_saturate(&self, what: &str) {
        self.refs.store(SATURATED, Relaxed);
        warn::report(what);
    }
}

impl RefcountExt for Refcount {
    /// C: `refcount_read`.
    fn read(&self) -> u32 {
        let n = self.refs().load(Relaxed);

        record("vm_refcnt is", n);
        n
    }

    /// C: `refcount_set_release`.
    fn set_release(&self, n: u32) {
        record("vm_refcnt =", n);
        self.refs().store(n, Release);
    }

    /// C: `__refcount_dec_and_test`.
    fn dec_and_test_old(&self) -> (bool, u32) {
        lockdep::assert_released_before_put(self);
        self.sub(1)
    }

    /// C: `__refcount_inc_not_zero_limited_acquire`.
    fn inc_not_zero_limited_acquire(&self, limit: u32) -> (bool, u32) {
        let limit = limit as i32;

        // The subtraction wraps: a limit says nothing about a word that is far below 0.
        self.add_if(1, Acquire, |old| 1 <= limit.wrapping_sub(old as i32))
    }

    /// C: `refcount_add_not_zero`.
    ///
    /// The fence is none of C's. It stands for the control dependency from a count of 0: a detacher
    /// that finds its last reader gone already goes on to free the VMA. The kernel's memory model
    /// orders the stores of that, C11 does not.
    fn add_not_zero(&self, i: u32) -> bool {
        let (added, _) = self.add_if(i, Relaxed, |_| true);

        if !added {
            fence(Acquire);
        }
        added
    }

    /// C: `refcount_sub_and_test`.
    fn sub_and_test(&self, i: u32) -> bool {
        self.sub(i).0
    }
}
