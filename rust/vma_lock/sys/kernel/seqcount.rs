// SPDX-License-Identifier: GPL-2.0

//! The operations of `seqcount_t` that the mmap lock's sequence uses.
//!
//! C header: [`include/linux/seqlock.h`](srctree/include/linux/seqlock.h)

use super::{
    bindings,
    once::read_once, //
};
use kernel::{
    bindings::seqcount_t,
    types::Opaque, //
};

/// A `seqcount_t` that somebody else owns. Odd while a writer is in its section.
#[repr(transparent)]
pub(crate) struct SeqCount(Opaque<seqcount_t>);

impl SeqCount {
    /// Reads it. No ordering. C: `READ_ONCE(s->sequence)`.
    #[inline]
    pub(crate) fn read(&self) -> u32 {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { read_once(core::ptr::addr_of!((*self.0.get()).sequence)) }
    }

    /// Reads it with ACQUIRE ordering. C: `raw_read_seqcount`.
    #[inline]
    pub(crate) fn read_acquire(&self) -> u32 {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::raw_read_seqcount(self.0.get()) }
    }

    /// Reads it with ACQUIRE ordering, unless a writer is in its section. C: `raw_seqcount_try_begin`.
    #[inline]
    pub(crate) fn raw_try_begin(&self) -> Option<u32> {
        let mut seq = 0;
        // SAFETY: `self` is a valid `seqcount_t`, `seq` a valid place for the result.
        unsafe { bindings::raw_seqcount_try_begin(self.0.get(), &mut seq) }.then_some(seq)
    }

    /// Whether a writer has come since `seq` was read; what was read before stays before.
    /// C: `read_seqcount_retry`.
    #[inline]
    #[must_use]
    pub(crate) fn read_retry(&self, seq: u32) -> bool {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::read_seqcount_retry(self.0.get(), seq) }
    }

    /// A writer enters: odd from here on, before all that it does.
    /// C: `do_raw_write_seqcount_begin`.
    #[inline]
    pub(crate) fn write_begin(&self) {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::do_raw_write_seqcount_begin(self.0.get()) }
    }
}
