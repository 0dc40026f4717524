// SPDX-License-Identifier: GPL-2.0

//! What the protocol asks of a `refcount_t`.
//!
//! C header: [`include/linux/refcount.h`](srctree/include/linux/refcount.h)

/// The operations of `refcount_t` that the protocol needs and `kernel::sync::Refcount` lacks: those
/// that return the old value, add more than one, stop at a limit, or say how they are ordered.
/// Saturation and its `WARN` are those of `refcount_t`.
///
/// Whoever has a reference to the count of a VMA may break its lock by these: the library hands none
/// out.
pub trait RefcountExt {
    /// Reads the count. No ordering. C: `refcount_read`.
    fn read(&self) -> u32;

    /// Sets the count with RELEASE ordering. C: `refcount_set_release`.
    fn set_release(&self, n: u32);

    /// Decrements; returns whether the count is now 0, and what it was before.
    ///
    /// RELEASE, and ACQUIRE when the result is 0. C: `__refcount_dec_and_test`.
    #[must_use]
    fn dec_and_test_old(&self) -> (bool, u32);

    /// Increments unless the count is 0 or would exceed `limit`; returns whether it did, and what
    /// the count was before.
    ///
    /// ACQUIRE on success. C: `__refcount_inc_not_zero_limited_acquire`.
    #[must_use]
    fn inc_not_zero_limited_acquire(&self, limit: u32) -> (bool, u32);

    /// Adds `i` unless the count is 0; returns whether it did.
    ///
    /// No ordering but the control dependency on success. C: `refcount_add_not_zero`.
    #[must_use]
    fn add_not_zero(&self, i: u32) -> bool;

    /// Subtracts `i`; returns whether the count is now 0.
    ///
    /// RELEASE, and ACQUIRE when the result is 0. C: `refcount_sub_and_test`.
    #[must_use]
    fn sub_and_test(&self, i: u32) -> bool;
}
