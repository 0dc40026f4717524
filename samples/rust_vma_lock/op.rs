// SPDX-License-Identifier: GPL-2.0

//! `VMA_LOCK_OP`: operations of the kernel's C and of ours, in turn, on one word.

use crate::{
    abi::{
        self,
        vma_lock_op, //
    },
    hold::{
        now_ns,
        poll, //
    },
    max_hold_ms,
    stats,
    synthetic::Synthetic, //
};
use kernel::{
    bindings::vm_area_struct,
    error::to_result,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
    time::{
        delay::fsleep,
        Delta, //
    }, //
};
use vma_lock::{
    mmap_write_lock_killable,
    mmap_write_unlock,
    sys::{
        MmRaw,
        VmaRaw, //
    },
    Interrupted, //
};

/// The mmap write lock of a synthetic mm.
struct MmapWriteGuard<'a>(&'a MmRaw);

impl<'a> MmapWriteGuard<'a> {
    fn lock(mm: &'a MmRaw) -> Result<Self> {
        mmap_write_lock_killable(mm).map_err(|Interrupted| EINTR)?;
        Ok(Self(mm))
    }
}

impl Drop for MmapWriteGuard<'_> {
    fn drop(&mut self) {
        // SAFETY: The guard stands for the lock.
        unsafe { mmap_write_unlock(self.0) };
    }
}

/// Calls our function, or its C twin, on `vma`.
///
/// # Safety
///
/// What the two functions ask for.
unsafe fn either(
    by: u32,
    vma: &VmaRaw,
    rust: unsafe fn(&VmaRaw),
    c: unsafe extern "C" fn(*mut vm_area_struct),
) {
    // SAFETY: The caller vouches for it.
    unsafe {
        if by == abi::VMA_LOCK_C {
            c(vma.as_ptr())
        } else {
            rust(vma)
        }
    }
}

impl Synthetic {
    pub(crate) fn op(&self, args: &mut vma_lock_op) -> Result {
        if args.impl_ > abi::VMA_LOCK_C
            || args.flags & !abi::VMA_LOCK_OP_FLAGS != 0
            || args.pad != 0
        {
            return Err(EINVAL);
        }
        stats::OPS.inc();
        args.ret = 0;
        match args.op {
            abi::VMA_LOCK_OP_REUSE_WRITER => return self.reuse_writer(args),
            abi::VMA_LOCK_OP_PREDICATE => {
                args.ret = i32::from(predicate(args.impl_, args.word));
                return Ok(());
            }
            _ => {}
        }

        // Whoever has it may wait for long.
        let mut readers = self.readers.try_lock().ok_or(EBUSY)?;
        let word = self.vma().vm_refcnt().read();
        let may_warn = args.flags & abi::VMA_LOCK_OP_MAY_WARN != 0;
        let regular = *readers == 0 && !self.made_up.load(Relaxed);

        args.refcnt_before = word;
        match args.op {
            abi::VMA_LOCK_OP_SET => {
                self.make_up()?;
                self.vma().vm_refcnt().set(args.word);
                *readers = 0;
                self.made_up.store(args.word > 1, Relaxed);
            }
            abi::VMA_LOCK_OP_SET_SEQ => self.set_seq(args.word)?,
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
                self.put(args)?;
                *readers = readers.saturating_sub(1);
            }
            abi::VMA_LOCK_OP_ATTACH if word != 0 && !may_warn => return Err(EINVAL),
            abi::VMA_LOCK_OP_ATTACH if word != 0 && regular => {
                self.make_up()?;
                self.write(args)?;
            }
            abi::VMA_LOCK_OP_DETACH if word == 0 => return Err(EDEADLK),
            abi::VMA_LOCK_OP_ATTACH
            | abi::VMA_LOCK_OP_DETACH
            | abi::VMA_LOCK_OP_START_WRITE
            | abi::VMA_LOCK_OP_REUSE_READER
            | abi::VMA_LOCK_OP_INVERSION
                if !regular =>
            {
                return Err(EDEADLK)
            }
            abi::VMA_LOCK_OP_ATTACH | abi::VMA_LOCK_OP_DETACH | abi::VMA_LOCK_OP_START_WRITE => {
                self.write(args)?
            }
            abi::VMA_LOCK_OP_REUSE_READER => self.reuse_reader(args)?,
            abi::VMA_LOCK_OP_INVERSION if !may_warn => return Err(EINVAL),
            abi::VMA_LOCK_OP_INVERSION => {
                self.start_read(args.impl_)?;
                vma_lock::mmap_read_lock(self.mm());
                // SAFETY: Taken above.
                unsafe { vma_lock::mmap_read_unlock(self.mm()) };
                self.end_read(args.impl_);
            }
            _ => return Err(EINVAL),
        }
        args.refcnt_after = self.vma().vm_refcnt().read();
        Ok(())
    }

    /// Puts the mm's sequence, which nobody is using, to `seq`.
    fn set_seq(&self, seq: u32) -> Result {
        // Odd says that the mmap lock is held for writing.
        if seq % 2 != 0 {
            return Err(EINVAL);
        }
        let _guard = MmapWriteGuard::lock(self.mm())?;

        // Dropping the guard makes it even.
        self.mm().mm_lock_seq().set(seq.wrapping_sub(1));
        Ok(())
    }

    /// Drops a count, watched by the debug registers if asked for.
    fn put(&self, args: &mut vma_lock_op) -> Result {
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
            unsafe { abi::rust_vma_lock_unwatch(&mut args.mm_reads_late, &mut args.refcnt_uses) };
        }
        Ok(())
    }

    /// Waits until `count` says that `n` `VMA_LOCK_HOLD` are there, or one if `n` is 0.
    fn wait_for_readers(&self, count: &Atomic<u32>, n: u32) -> Result {
        let came = poll(max_hold_ms(), || count.load(Relaxed) >= n.max(1));

        if came {
            Ok(())
        } else if kernel::current!().signal_pending() {
            Err(EINTR)
        } else {
            Err(ETIME)
        }
    }

    /// The operations that take the mmap write lock.
    fn write(&self, args: &mut vma_lock_op) -> Result {
        let vma = self.vma();
        let by = args.impl_;
        let after_reader = args.flags & abi::VMA_LOCK_OP_AFTER_READER != 0;
        let _guard = MmapWriteGuard::lock(self.mm())?;

        if args.op == abi::VMA_LOCK_OP_START_WRITE {
            if after_reader {
                self.wait_for_readers(&self.locked, args.word)?;
            }
            args.start_ns = now_ns();
            args.ret = start_write_killable(by, vma);
            args.end_ns = now_ns();
            return Ok(());
        }

        // SAFETY: The mmap lock is held for writing.
        unsafe {
            either(
                by,
                vma,
                vma_lock::vma_start_write,
                abi::oracle_vma_start_write,
            )
        };
        if after_reader {
            self.inviting.store(true, Relaxed);
            let came = self.wait_for_readers(&self.raised, args.word);
            self.inviting.store(false, Relaxed);
            came?;
        }
        args.start_ns = now_ns();
        // SAFETY: The mmap lock is held for writing, the VMA is write-locked, and attached if it is
        // to be detached. Attaching it twice is for callers that want to see the warning.
        unsafe {
            if args.op == abi::VMA_LOCK_OP_ATTACH {
                either(
                    by,
                    vma,
                    vma_lock::vma_mark_attached,
                    abi::oracle_vma_mark_attached,
                );
            } else {
                either(
                    by,
                    vma,
                    vma_lock::vma_mark_detached,
                    abi::oracle_vma_mark_detached,
                );
            }
        }
        args.end_ns = now_ns();
        Ok(())
    }

    /// `vma_start_read` of a VMA that is in the other mm by now; see `reuse.c`.
    fn reuse_reader(&self, args: &mut vma_lock_op) -> Result {
        let vma = self.vma();

        self.make_up()?;
        // SAFETY: VMA and mm are ours, and nobody else uses them: there are no readers.
        to_result(unsafe { abi::rust_vma_lock_reuse_begin(vma.as_ptr(), self.other.as_ptr()) })?;
        let locked = self.start_read(args.impl_).is_ok();
        // SAFETY: Begun above.
        args.ret = unsafe { abi::rust_vma_lock_reuse_end() };

        // The writer, if one came, has nobody left to wait for. Its mm is to be gone.
        // SAFETY: No requirements.
        while unsafe { abi::rust_vma_lock_reuse_engaged(vma.as_ptr()) } {
            fsleep(Delta::from_micros(200));
        }
        // SAFETY: Nobody uses the VMA.
        unsafe { (*vma.as_ptr()).vm_mm = self.mm().as_ptr() };
        vma.vm_refcnt().set(0);
        self.made_up.store(false, Relaxed);
        if locked {
            return Err(EBUSY);
        }
        Ok(())
    }

    /// The writer of the other mm, which comes when the reader has raised the count.
    fn reuse_writer(&self, args: &mut vma_lock_op) -> Result {
        let vma = self.vma();

        // SAFETY: No requirements.
        if !poll(max_hold_ms(), || unsafe {
            abi::rust_vma_lock_reuse_engage(vma.as_ptr())
        }) {
            return Err(ETIME);
        }
        vma_lock::mmap_write_lock(self.other.mm());
        let guard = MmapWriteGuard(self.other.mm());
        args.ret = start_write_killable(args.impl_, vma);
        // SAFETY: Engaged above.
        unsafe { abi::rust_vma_lock_reuse_drop() };
        drop(guard);
        // SAFETY: Engaged above. The VMA is the reader's from here on.
        unsafe { abi::rust_vma_lock_reuse_disengage() };
        Ok(())
    }
}

fn predicate(by: u32, word: u32) -> bool {
    if by == abi::VMA_LOCK_C {
        // SAFETY: A pure function.
        unsafe { abi::oracle_are_readers_excluded(word as i32) }
    } else {
        vma_lock::are_readers_excluded(word as i32)
    }
}

/// 0 or `-EINTR`. The caller holds the mmap write lock of the VMA's mm.
fn start_write_killable(by: u32, vma: &VmaRaw) -> i32 {
    if by == abi::VMA_LOCK_C {
        // SAFETY: The mmap lock is held for writing.
        unsafe { abi::oracle_vma_start_write_killable(vma.as_ptr()) }
    } else {
        // SAFETY: As above.
        unsafe { vma_lock::vma_start_write_killable(vma) }.map_or(EINTR.to_errno(), |()| 0)
    }
}
