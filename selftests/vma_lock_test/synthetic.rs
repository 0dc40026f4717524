// SPDX-License-Identifier: GPL-2.0

//! The synthetic VMA of an open file, and who reads it.
//!
//! User space may set its word at will and begin a read in one call that it ends in another. So that
//! no writer waits for a reader that does not exist, all that raise the count are counted here.

use crate::{
    abi,
    side::Side,
    synthetic_mm::{
        bindings::synthetic_mm,
        SyntheticMm, //
    },
    wait::poll, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        Mutex,
        Refcount, //
    },
};
use vma_lock::{
    safe::ReadGuard,
    sys::{
        MmRaw,
        RefcountExt,
        VmaRaw, //
    },
    VM_REFCNT_LIMIT, //
};

/// The synthetic mm of a file and its VMA, and another mm that may take the VMA over.
#[pin_data]
pub(crate) struct Synthetic {
    mm: SyntheticMm,
    pub(crate) other: SyntheticMm,
    /// Reads begun by one `VMA_TEST_OP`, to be ended by another. The lock is held by whoever may
    /// wait for readers, so that there are none but `holders` then.
    #[pin]
    pub(crate) readers: Mutex<u32>,
    /// `VMA_TEST_HOLD` under way. They end by themselves.
    holders: Atomic<u32>,
    /// Those of them that have read-locked the VMA.
    pub(crate) locked: Atomic<u32>,
    /// Those of them that are transient, and have raised the count.
    pub(crate) raised: Atomic<u32>,
    /// A writer is ready for a transient reader.
    pub(crate) inviting: Atomic<bool>,
    /// The word was made up: it is not 0 or 1 plus the readers that there are.
    pub(crate) made_up: Atomic<bool>,
}

impl Synthetic {
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            mm: SyntheticMm::new()?,
            other: SyntheticMm::new()?,
            readers <- new_mutex!(0),
            holders: Atomic::new(0),
            locked: Atomic::new(0),
            raised: Atomic::new(0),
            inviting: Atomic::new(false),
            made_up: Atomic::new(false),
        })
    }

    pub(crate) fn mm(&self) -> &MmRaw {
        self.mm.mm()
    }

    pub(crate) fn as_ptr(&self) -> *mut synthetic_mm {
        self.mm.as_ptr()
    }

    pub(crate) fn vma(&self) -> &VmaRaw {
        self.mm.vma()
    }

    pub(crate) fn refcnt(&self) -> &Refcount {
        self.mm.refcnt()
    }

    /// Runs `f` with the VMA read-locked.
    ///
    /// A transient reader waits, `ms` at most, for a writer that wants one, and raises the count as
    /// `vma_start_read` does before it looks at the sequence again.
    pub(crate) fn with_reader(
        &self,
        transient: bool,
        ms: u32,
        f: impl FnOnce(ReadGuard<'_>) -> Result,
    ) -> Result {
        self.holders.fetch_add(1, Full);
        let ret = self.raise(transient, ms).and_then(|()| {
            let count = if transient {
                &self.raised
            } else {
                &self.locked
            };
            count.fetch_add(1, Full);
            // SAFETY: raise() took a read lock, which the guard takes over.
            let ret = f(unsafe { ReadGuard::from_raw(self.vma()) });
            count.fetch_sub(1, Full);
            ret
        });
        self.holders.fetch_sub(1, Full);
        ret
    }

    fn raise(&self, transient: bool, ms: u32) -> Result {
        if self.made_up.load(Relaxed) {
            return Err(EBUSY);
        }
        if !transient {
            return self.start_read(Side::Rust).map_err(|_| EAGAIN);
        }
        if !poll(ms, || self.inviting.load(Relaxed)) {
            return Err(EAGAIN);
        }
        let (raised, _) = self.refcnt().inc_not_zero_limited_acquire(VM_REFCNT_LIMIT);
        if !raised {
            return Err(EAGAIN);
        }
        // SAFETY: The VMA is ours, and its count was raised above.
        unsafe { abi::vma_lock_test_lockdep_acquire_read(self.vma().as_ptr()) };
        Ok(())
    }

    /// From here on the word need not be what the protocol would have it be.
    pub(crate) fn make_up(&self) -> Result {
        let before = self.made_up.xchg(true, Full);

        if self.holders.load(Relaxed) != 0 {
            self.made_up.store(before, Relaxed);
            return Err(EBUSY);
        }
        Ok(())
    }

    /// `vma_start_read` of the VMA, as if it had been found in `mm`; `EBUSY` stands for `NULL`.
    pub(crate) fn start_read(&self, side: Side) -> Result {
        // SAFETY: mm and VMA are ours.
        unsafe { side.start_read(self.mm(), self.vma()) }
    }

    pub(crate) fn end_read(&self, side: Side) {
        // SAFETY: The count, if there is one, is not used by anybody else.
        unsafe { side.end_read(self.vma()) }
    }
}
