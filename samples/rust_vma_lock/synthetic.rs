// SPDX-License-Identifier: GPL-2.0

//! `VMA_LOCK_OP`: operations of the kernel's C and of ours, in turn, on the word of one VMA.
//!
//! Every file has a VMA of its own that no process has. User space may set its word at will, so
//! this file sees to it that no operation waits for a reader that does not exist.

use crate::{
    abi::{
        self,
        synthetic_mm,
        vma_lock_op, //
    },
    hold::{
        now_ns,
        poll, //
    },
    max_hold_ms,
    stats, //
};
use core::ptr::NonNull;
use kernel::{
    error::{
        from_err_ptr,
        to_result, //
    },
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        rcu,
        Mutex, //
    },
};
use vma_lock::{
    sys::{
        MmRaw,
        VmaRaw, //
    },
    StartReadError,
    VM_REFCNT_LIMIT, //
};

/// A synthetic mm and its VMA.
///
/// # Invariants
///
/// `mm` is from `synthetic_mm_create`, and lives as long as this does.
#[pin_data(PinnedDrop)]
pub(crate) struct Synthetic {
    mm: NonNull<synthetic_mm>,
    /// Reads begun by one `VMA_LOCK_OP`, to be ended by another. The lock is held by whoever may
    /// wait for readers, so that there are none but `holders` then.
    #[pin]
    readers: Mutex<u32>,
    /// `VMA_LOCK_HOLD` under way. They end by themselves.
    holders: Atomic<u32>,
    /// Those of them that have raised the count.
    raised: Atomic<u32>,
    /// A detacher is ready for a transient reader.
    inviting: Atomic<bool>,
    /// The word was made up: it is not 0 or 1 plus the readers that there are.
    made_up: Atomic<bool>,
}

// SAFETY: The mm is only used through the functions of the kernel and of the library, under the
// locks that they ask for.
unsafe impl Send for Synthetic {}
// SAFETY: As above.
unsafe impl Sync for Synthetic {}

#[pinned_drop]
impl PinnedDrop for Synthetic {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: The file is closed: nobody uses the mm.
        unsafe { abi::synthetic_mm_destroy(self.mm.as_ptr()) };
    }
}

/// The mmap write lock of a synthetic mm.
struct MmapWriteGuard<'a>(&'a MmRaw);

impl Drop for MmapWriteGuard<'_> {
    fn drop(&mut self) {
        // SAFETY: The guard stands for the lock.
        unsafe { vma_lock::mmap_write_unlock(self.0) };
    }
}

impl Synthetic {
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            // SAFETY: No requirements.
            mm: NonNull::new(unsafe { abi::synthetic_mm_create() }).ok_or(ENOMEM)?,
            readers <- new_mutex!(0),
            holders: Atomic::new(0),
            raised: Atomic::new(0),
            inviting: Atomic::new(false),
            made_up: Atomic::new(false),
        })
    }

    pub(crate) fn mm(&self) -> &MmRaw {
        // SAFETY: By the type invariant.
        unsafe { MmRaw::from_raw(abi::synthetic_mm_mm(self.mm.as_ptr())) }
    }

    fn vma(&self) -> &VmaRaw {
        // SAFETY: By the type invariant.
        unsafe { VmaRaw::from_raw(abi::synthetic_mm_vma(self.mm.as_ptr())) }
    }

    /// Runs `f` with the VMA read-locked; `f` drops the lock.
    ///
    /// A transient reader waits, `ms` at most, for a detacher that wants one, and raises the count
    /// as `vma_start_read` does before it looks at the sequence again.
    pub(crate) fn with_reader(
        &self,
        transient: bool,
        ms: u32,
        f: impl FnOnce(&VmaRaw) -> Result,
    ) -> Result {
        self.holders.fetch_add(1, Full);
        let ret = self.raise(transient, ms).and_then(|()| {
            self.raised.fetch_add(1, Full);
            let ret = f(self.vma());
            self.raised.fetch_sub(1, Full);
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
            return self.start_read(abi::VMA_LOCK_RUST).map_err(|_| EAGAIN);
        }
        if !poll(ms, || self.inviting.load(Relaxed)) {
            return Err(EAGAIN);
        }
        let (raised, _) = self
            .vma()
            .vm_refcnt()
            .inc_not_zero_limited_acquire(VM_REFCNT_LIMIT);
        if !raised {
            return Err(EAGAIN);
        }
        self.vma().lockdep_acquire_read();
        Ok(())
    }

    /// From here on the word need not be what the protocol would have it be.
    fn make_up(&self) -> Result {
        let before = self.made_up.xchg(true, Full);

        if self.holders.load(Relaxed) != 0 {
            self.made_up.store(before, Relaxed);
            return Err(EBUSY);
        }
        Ok(())
    }

    pub(crate) fn op(&self, args: &mut vma_lock_op) -> Result {
        if args.impl_ > abi::VMA_LOCK_C
            || args.flags & !abi::VMA_LOCK_OP_FLAGS != 0
            || args.pad != 0
        {
            return Err(EINVAL);
        }
        stats::OPS.inc();

        let mut readers = self.readers.lock();
        let word = self.vma().vm_refcnt().read();
        let may_warn = args.flags & abi::VMA_LOCK_OP_MAY_WARN != 0;
        let regular = *readers == 0 && !self.made_up.load(Relaxed);

        args.refcnt_before = word;
        args.ret = 0;
        match args.op {
            abi::VMA_LOCK_OP_PREDICATE => {
                args.ret = i32::from(if args.impl_ == abi::VMA_LOCK_C {
                    // SAFETY: A pure function.
                    unsafe { abi::oracle_are_readers_excluded(args.word as i32) }
                } else {
                    vma_lock::are_readers_excluded(args.word as i32)
                });
            }
            abi::VMA_LOCK_OP_SET => {
                self.make_up()?;
                self.vma().vm_refcnt().set(args.word);
                *readers = 0;
                self.made_up.store(args.word > 1, Relaxed);
            }
            abi::VMA_LOCK_OP_START_READ => {
                // Saturated, but not so far that the limit is found exceeded.
                if word >= 0xc000_0000 && !may_warn {
                    return Err(EINVAL);
                }
                args.start_ns = now_ns();
                match self.start_read(args.impl_) {
                    Ok(()) => {
                        // The read lock goes over to another call, perhaps of another task.
                        self.vma().lockdep_release_read();
                        *readers = readers.wrapping_add(1);
                    }
                    Err(e) => args.ret = e.to_errno(),
                }
                args.end_ns = now_ns();
            }
            abi::VMA_LOCK_OP_END_READ => {
                if word as i32 <= 0 && !may_warn {
                    return Err(EINVAL);
                }
                if *readers == 0 {
                    self.make_up()?;
                }
                *readers = readers.saturating_sub(1);
                let watch = args.flags & abi::VMA_LOCK_OP_WATCH != 0;
                if watch {
                    // SAFETY: The VMA is ours.
                    to_result(unsafe { abi::rust_vma_lock_watch(self.vma().as_ptr()) })?;
                }
                self.vma().lockdep_acquire_read();
                args.start_ns = now_ns();
                self.end_read(args.impl_);
                args.end_ns = now_ns();
                if watch {
                    // SAFETY: Ends the watch that began above.
                    unsafe {
                        abi::rust_vma_lock_unwatch(&mut args.mm_reads_late, &mut args.refcnt_uses)
                    };
                }
            }
            abi::VMA_LOCK_OP_ATTACH if word != 0 && !may_warn => return Err(EINVAL),
            abi::VMA_LOCK_OP_ATTACH if word != 0 && regular => {
                self.make_up()?;
                self.write_op(args)?;
            }
            abi::VMA_LOCK_OP_DETACH if word == 0 => return Err(EDEADLK),
            abi::VMA_LOCK_OP_ATTACH | abi::VMA_LOCK_OP_DETACH | abi::VMA_LOCK_OP_START_WRITE => {
                if !regular {
                    return Err(EDEADLK);
                }
                self.write_op(args)?;
            }
            _ => return Err(EINVAL),
        }
        args.refcnt_after = self.vma().vm_refcnt().read();
        Ok(())
    }

    fn start_read(&self, by: u32) -> Result {
        let (mm, vma) = (self.mm(), self.vma());
        let guard = rcu::read_lock();

        if by == abi::VMA_LOCK_C {
            // The C function drops RCU itself if it fails.
            core::mem::forget(guard);
            // SAFETY: RCU is held, mm and VMA are ours.
            let ret = unsafe { abi::oracle_vma_start_read(mm.as_ptr(), vma.as_ptr()) };

            if ret.is_null() {
                return Err(EBUSY);
            }
            from_err_ptr(ret)?;
            // SAFETY: On success RCU is still held, and the guard was forgotten above.
            unsafe { kernel::bindings::rcu_read_unlock() };
            return Ok(());
        }

        // SAFETY: `mm` outlives the call, and the VMA is one of its own.
        match unsafe { vma_lock::vma_start_read(mm, vma, guard) } {
            Ok(_) => Ok(()),
            Err(StartReadError::Contended) => Err(EBUSY),
            Err(StartReadError::Detached) => Err(EAGAIN),
        }
    }

    fn end_read(&self, by: u32) {
        let vma = self.vma();

        if by == abi::VMA_LOCK_C {
            // SAFETY: The count, if there is one, is not used by anybody else.
            unsafe { abi::oracle_vma_refcount_put(vma.as_ptr()) };
        } else {
            // SAFETY: As above.
            unsafe { vma_lock::vma_end_read(vma) };
        }
    }

    /// Waits until a `VMA_LOCK_HOLD` has raised the count.
    fn wait_for_reader(&self) -> Result {
        self.inviting.store(true, Relaxed);
        let came = poll(max_hold_ms(), || self.raised.load(Relaxed) != 0);
        self.inviting.store(false, Relaxed);

        if came {
            Ok(())
        } else if kernel::current!().signal_pending() {
            Err(EINTR)
        } else {
            Err(ETIME)
        }
    }

    fn write_op(&self, args: &mut vma_lock_op) -> Result {
        let (mm, vma) = (self.mm(), self.vma());
        let c = args.impl_ == abi::VMA_LOCK_C;
        let after_reader = args.flags & abi::VMA_LOCK_OP_AFTER_READER != 0;

        vma_lock::mmap_write_lock_killable(mm).map_err(|vma_lock::Interrupted| EINTR)?;
        let _guard = MmapWriteGuard(mm);

        if args.op == abi::VMA_LOCK_OP_START_WRITE {
            if after_reader {
                self.wait_for_reader()?;
            }
            args.start_ns = now_ns();
            args.ret = if c {
                // SAFETY: The mmap lock is held for writing.
                unsafe { abi::oracle_vma_start_write_killable(vma.as_ptr()) }
            } else {
                // SAFETY: As above.
                unsafe { vma_lock::vma_start_write_killable(vma) }.map_or(EINTR.to_errno(), |()| 0)
            };
            args.end_ns = now_ns();
            return Ok(());
        }

        if c {
            // SAFETY: The mmap lock is held for writing.
            unsafe { abi::oracle_vma_start_write(vma.as_ptr()) };
        } else {
            // SAFETY: As above.
            unsafe { vma_lock::vma_start_write(vma) };
        }
        if after_reader {
            self.wait_for_reader()?;
        }
        args.start_ns = now_ns();
        // SAFETY: The mmap lock is held for writing, the VMA is write-locked, and attached if it is
        // to be detached. Attaching it twice is for callers that want to see the warning.
        unsafe {
            match (args.op, c) {
                (abi::VMA_LOCK_OP_ATTACH, true) => abi::oracle_vma_mark_attached(vma.as_ptr()),
                (abi::VMA_LOCK_OP_ATTACH, false) => vma_lock::vma_mark_attached(vma),
                (_, true) => abi::oracle_vma_mark_detached(vma.as_ptr()),
                (_, false) => vma_lock::vma_mark_detached(vma),
            }
        }
        args.end_ns = now_ns();
        Ok(())
    }
}
