// SPDX-License-Identifier: GPL-2.0

//! What is seldom true, so that the compiler lays out the other path straight ahead.
//!
//! C header: [`include/linux/compiler.h`](srctree/include/linux/compiler.h)

#[cold]
#[inline]
const fn cold_path() {}

/// Says that `cond` is seldom true; returns it. C: `unlikely`.
#[inline(always)]
pub(crate) const fn unlikely(cond: bool) -> bool {
    if cond {
        cold_path();
    }
    cond
}
