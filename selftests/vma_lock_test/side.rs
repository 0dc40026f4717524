// SPDX-License-Identifier: GPL-2.0

//! Whose code does it: the library, in its present form or in that of the seed, or the kernel's C.

use crate::{
    abi,
    seed, //
};
use kernel::{
    bindings::vm_area_struct,
    error::{
        from_err_ptr,
        to_result, //
    },
    prelude::*,
    sync::rcu, //
};
use vma_lock::{
    sys::{
        MmRaw,
        VmaIter,
        VmaRaw, //
    },
    StartReadError, //
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Rust,
    C,
    /// See [`seed`].
    Seed,
}

impl Side {
    pub(crate) fn new(side: u32) -> Result<Self> {
        match side {
            abi::VMA_TEST_RUST => Ok(Self::Rust),
            abi::VMA_TEST_C => Ok(Self::C),
            abi::VMA_TEST_SEED => Ok(Self::Seed),
            _ => Err(EINVAL),
        }
    }

    pub(crate) fn are_readers_excluded(self, word: u32) -> bool {
        match self {
            // SAFETY: A pure function.
            Self::C => unsafe { abi::oracle_are_readers_excluded(word as i32) },
            _ => vma_lock::are_readers_excluded(word as i32),
        }
    }

    /// `EBUSY` stands for `NULL`.
    ///
    /// # Safety
    ///
    /// `mm` stays alive; `vma` is a VMA all the time.
    pub(crate) unsafe fn start_read(self, mm: &MmRaw, vma: &VmaRaw) -> Result {
        let guard = rcu::read_lock();

        if self == Self::C {
            // The C function drops RCU itself if it fails.
            core::mem::forget(guard);
            // SAFETY: RCU is held.
            let ret = unsafe { abi::oracle_vma_start_read(mm.as_ptr(), vma.as_ptr()) };

            if ret.is_null() {
                return Err(EBUSY);
            }
            from_err_ptr(ret)?;
            // SAFETY: On success RCU is still held, and the guard was forgotten above.
            unsafe { kernel::bindings::rcu_read_unlock() };
            return Ok(());
        }

        // SAFETY: The caller vouches for both.
        match unsafe { vma_lock::vma_start_read(mm, vma, guard) } {
            Ok(_) => Ok(()),
            Err(StartReadError::Contended) => Err(EBUSY),
            Err(StartReadError::Detached) => Err(EAGAIN),
        }
    }

    /// # Safety
    ///
    /// `mm` has users, and nobody frees its VMAs.
    pub(crate) unsafe fn lock_vma_under_rcu(
        self,
        mm: &MmRaw,
        addr: usize,
    ) -> Option<*mut vm_area_struct> {
        // SAFETY: The caller vouches for it.
        unsafe {
            match self {
                Self::C => {
                    let vma = abi::oracle_lock_vma_under_rcu(mm.as_ptr(), addr);
                    (!vma.is_null()).then_some(vma)
                }
                _ => vma_lock::lock_vma_under_rcu(mm, addr).map(VmaRaw::as_ptr),
            }
        }
    }

    /// `ENOENT` stands for `NULL`.
    ///
    /// # Safety
    ///
    /// As for [`lock_vma_under_rcu`](Self::lock_vma_under_rcu).
    pub(crate) unsafe fn lock_next_vma(
        self,
        mm: &MmRaw,
        from: usize,
    ) -> Result<*mut vm_area_struct> {
        if self == Self::C {
            // SAFETY: The caller vouches for the mm.
            let vma = from_err_ptr(unsafe { abi::oracle_lock_next_vma_from(mm.as_ptr(), from) })?;

            return (!vma.is_null()).then_some(vma).ok_or(ENOENT);
        }

        let mut vmi = VmaIter::new(mm, from);
        // SAFETY: The caller vouches for the mm; the iterator is new.
        let (vma, _rcu) = unsafe { vma_lock::lock_next_vma(&mut vmi, from, rcu::read_lock()) };
        vma?.map(VmaRaw::as_ptr).ok_or(ENOENT)
    }

    /// # Safety
    ///
    /// The count, if there is one, is not used by anybody else. The mm stays alive.
    pub(crate) unsafe fn end_read(self, vma: &VmaRaw) {
        // SAFETY: The caller vouches for it.
        unsafe {
            match self {
                Self::Rust => vma_lock::vma_end_read(vma),
                Self::C => abi::oracle_vma_refcount_put(vma.as_ptr()),
                Self::Seed => seed::vma_refcount_put(vma),
            }
        }
    }

    /// # Safety
    ///
    /// The mmap write lock of the VMA's mm is held.
    pub(crate) unsafe fn start_write_killable(self, vma: &VmaRaw) -> Result {
        // SAFETY: The caller vouches for the lock.
        unsafe {
            match self {
                Self::Rust => vma_lock::vma_start_write_killable(vma),
                Self::C => {
                    return to_result(abi::oracle_vma_start_write_killable(vma.as_ptr()));
                }
                Self::Seed => seed::vma_start_write_killable(vma),
            }
        }?;
        Ok(())
    }

    /// # Safety
    ///
    /// The mmap write lock of the VMA's mm is held.
    pub(crate) unsafe fn start_write(self, vma: &VmaRaw) {
        // SAFETY: The caller vouches for the lock.
        unsafe { self.either(vma, vma_lock::vma_start_write, abi::oracle_vma_start_write) }
    }

    /// # Safety
    ///
    /// The mmap write lock of the VMA's mm is held, and the VMA is write-locked.
    pub(crate) unsafe fn mark_attached(self, vma: &VmaRaw) {
        // SAFETY: The caller vouches for the locks.
        unsafe {
            self.either(
                vma,
                vma_lock::vma_mark_attached,
                abi::oracle_vma_mark_attached,
            )
        }
    }

    /// # Safety
    ///
    /// As for [`mark_attached`](Self::mark_attached), and the VMA is attached.
    pub(crate) unsafe fn mark_detached(self, vma: &VmaRaw) {
        // SAFETY: The caller vouches for the locks.
        unsafe {
            match self {
                Self::Seed => seed::vma_mark_detached(vma),
                _ => self.either(
                    vma,
                    vma_lock::vma_mark_detached,
                    abi::oracle_vma_mark_detached,
                ),
            }
        }
    }

    /// Calls our function, or its C twin, on `vma`.
    ///
    /// # Safety
    ///
    /// What the two functions ask for.
    unsafe fn either(
        self,
        vma: &VmaRaw,
        rust: unsafe fn(&VmaRaw),
        c: unsafe extern "C" fn(*mut vm_area_struct),
    ) {
        // SAFETY: The caller vouches for it.
        unsafe {
            match self {
                Self::C => c(vma.as_ptr()),
                _ => rust(vma),
            }
        }
    }
}
