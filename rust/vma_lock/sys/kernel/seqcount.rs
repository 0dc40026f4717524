// SPDX-License-Identifier: GPL-2.0

//! The operations of `seqcount_t` that the mmap lock's sequence uses.
//!
//! C header: [`include/linux/seqlock.h`](srctree/include/linux/seqlock.h)

use super::{
    bindings,
    once::{
        read_once,
        write_once, //
    },
};
use kernel::{
    bindings::seqcount_t,
    types::Opaque, //
};

/// A `seqcount_t` that somebody else owns. Odd while a writer is in its section.
#[repr(transparent)]
pub struct SeqCount(Opaque<seqcount_t>);

impl SeqCount {
    /// Makes it 0. C: `seqcount_init`.
    #[inline]
    pub fn init(&self) {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::seqcount_init(self.0.get()) }
    }

    /// Reads it. No ordering. C: `READ_ONCE(s->sequence)`.
    #[inline]
    pub fn read(&self) -> u32 {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { read_once(core::ptr::addr_of!((*self.0.get()).sequence)) }
    }

    /// Writes it. No ordering, and no respect for readers: for tests.
    #[inline]
    pub fn set(&self, seq: u32) {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { write_once(core::ptr::addr_of_mut!((*self.0.get()).sequence), seq) }
    }

    /// Reads it with ACQUIRE ordering. C: `raw_read_seqcount`.
    #[inline]
    pub fn read_acquire(&self) -> u32 {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::raw_read_seqcount(self.0.get()) }
    }

    /// Reads it with ACQUIRE ordering, unless a writer is in its section. C: `raw_seqcount_try_begin`.
    #[inline]
    pub fn raw_try_begin(&self) -> Option<u32> {
        let mut seq = 0;
        // SAFETY: `self` is a valid `seqcount_t`, `seq` a valid place for the result.
        unsafe { bindings::raw_seqcount_try_begin(self.0.get(), &mut seq) }.then_some(seq)
    }

    /// Whether a writer has come since `seq` was read; what was read before stays before.
    /// C: `read_seqcount_retry`.
    #[inline]
    #[must_use]
    pub fn read_retry(&self, seq: u32) -> bool {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::read_seqcount_retry(self.0.get(), seq) }
    }

    /// A writer enters: odd from here on, before all that it does.
    /// C: `do_raw_write_seqcount_begin`.
    #[inline]
    pub fn write_begin(&self) {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::do_raw_write_seqcount_begin(self.0.get()) }
    }

    /// A writer leaves: even from here on, after all that it stored (write barrier).
    /// C: `do_raw_write_seqcount_end`.
    #[inline]
    pub fn write_end(&self) {
        // SAFETY: `self` is a valid `seqcount_t`.
        unsafe { bindings::do_raw_write_seqcount_end(self.0.get()) }
    }
}
