// SPDX-License-Identifier: GPL-2.0

//! The operations of `seqcount_t` that the mmap lock's sequence uses.
//!
//! A write barrier is a RELEASE fence here, a read barrier an ACQUIRE fence: C11 has none that are
//! weaker. So the model cannot show that a write barrier is enough; the litmus tests can.
//!
//! C header: [`include/linux/seqlock.h`](srctree/include/linux/seqlock.h)

use super::{
    history::record,
    life::Life, //
};
use loom::sync::atomic::{
    fence,
    AtomicU32,
    Ordering::{
        Acquire,
        Relaxed,
        Release, //
    }, //
};

/// A `seqcount_t`. Odd while a writer is in its section.
pub struct SeqCount {
    life: Life,
    sequence: AtomicU32,
}

impl SeqCount {
    pub(super) fn new(life: Life) -> Self {
        Self {
            life,
            sequence: AtomicU32::new(0),
        }
    }

    fn sequence(&self) -> &AtomicU32 {
        self.life.touch("mm_lock_seq");
        &self.sequence
    }

    /// C: `seqcount_init`.
    pub fn init(&self) {
        self.sequence().store(0, Relaxed);
    }

    /// C: `READ_ONCE(s->sequence)`.
    pub fn read(&self) -> u32 {
        let seq = self.sequence().load(Relaxed);

        record("mm_lock_seq is", seq);
        seq
    }

    /// C: `raw_read_seqcount`.
    pub fn read_acquire(&self) -> u32 {
        let seq = self.sequence().load(Acquire);

        record("mm_lock_seq is", seq);
        seq
    }

    /// C: `raw_seqcount_try_begin`.
    pub fn raw_try_begin(&self) -> Option<u32> {
        let seq = self.read_acquire();

        (seq % 2 == 0).then_some(seq)
    }

    /// C: `read_seqcount_retry`.
    #[must_use]
    pub fn read_retry(&self, seq: u32) -> bool {
        fence(Acquire);
        self.read() != seq
    }

    /// C: `do_raw_write_seqcount_begin`.
    pub fn write_begin(&self) {
        self.bump();
        fence(Release);
    }

    /// C: `do_raw_write_seqcount_end`.
    pub fn write_end(&self) {
        fence(Release);
        self.bump();
    }

    fn bump(&self) {
        // Only one writer at a time, so the value is its own.
        let next = self.read().wrapping_add(1);

        record("mm_lock_seq =", next);
        self.sequence().store(next, Relaxed);
    }
}
