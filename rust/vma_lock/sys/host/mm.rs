// SPDX-License-Identifier: GPL-2.0

//! What of an `mm_struct` VMA locks use.

use super::{
    history::record,
    life::{
        Life,
        Memory, //
    },
    RcuWait,
    RwSemaphore,
    SeqCount, //
};
use loom::sync::atomic::{
    AtomicU32,
    Ordering, //
};

/// An `mm_struct`: freed with its last `mmdrop`, at once. What is left afterwards is there to find
/// those who touch it.
pub struct MmRaw {
    life: Life,
    mm_count: AtomicU32,
    vma_writer_wait: RcuWait,
    mm_lock_seq: SeqCount,
    mmap_lock: RwSemaphore,
}

impl MmRaw {
    /// A new mm with one `mm_count`, for its users. C: `mm_init`.
    #[expect(
        clippy::new_without_default,
        reason = "a model says when an mm comes to be"
    )]
    pub fn new() -> Self {
        let life = Life::new("an mm", Memory::Plain);

        Self {
            mm_count: AtomicU32::new(1),
            vma_writer_wait: RcuWait::new(life.clone()),
            mm_lock_seq: SeqCount::new(life.clone()),
            mmap_lock: RwSemaphore::new(life.clone()),
            life,
        }
    }

    /// C: `mm->vma_writer_wait`.
    pub fn vma_writer_wait(&self) -> &RcuWait {
        &self.vma_writer_wait
    }

    /// C: `mm->mm_lock_seq`.
    pub fn mm_lock_seq(&self) -> &SeqCount {
        &self.mm_lock_seq
    }

    /// C: `mm_lock_seqcount_init`.
    pub(crate) fn mm_lock_seq_init(&self) {
        self.mm_lock_seq.init();
    }

    /// C: `mm_lock_seqcount_end`.
    pub(crate) fn mm_lock_seq_end(&self) {
        self.mm_lock_seq.write_end();
    }

    /// C: `mm->mmap_lock`.
    pub fn mmap_lock(&self) -> &RwSemaphore {
        &self.mmap_lock
    }

    /// C: `mmgrab`.
    pub fn mmgrab(&self) {
        self.life.touch("mm_count");
        let old = self.mm_count.fetch_add(1, Ordering::Relaxed);
        assert_ne!(old, 0, "mmgrab of an mm without references");
    }

    /// C: `mmdrop`: fully ordered.
    ///
    /// # Safety
    ///
    /// As in the kernel world; the memory is that of an `MmRaw`, freed or not.
    pub unsafe fn mmdrop(mm: *const Self) {
        // SAFETY: The caller vouches for the memory.
        let mm = unsafe { &*mm };

        mm.life.touch("mm_count");
        if mm.mm_count.fetch_sub(1, Ordering::AcqRel) == 1 {
            assert!(
                !super::rcu::is_held(),
                "the last mmdrop, which is heavy, under RCU"
            );
            record("mm freed", 0);
            mm.life.free();
        }
    }
}

/// The trace points of the mmap lock. One of them is of use to the watch.
pub mod trace {
    use super::MmRaw;

    /// About to take the lock.
    pub fn start_locking(_mm: &MmRaw, _write: bool) {}

    /// The attempt is over.
    pub fn acquire_returned(_mm: &MmRaw, _write: bool, _success: bool) {}

    /// About to drop the lock, and to let another writer wait.
    pub fn released(mm: &MmRaw, write: bool) {
        if write {
            mm.vma_writer_wait().assert_left();
        }
    }
}
