// SPDX-License-Identifier: GPL-2.0

//! The fields of `mm_struct` that VMA locks use.
//!
//! C header: [`include/linux/mm_types.h`](srctree/include/linux/mm_types.h)

use super::{
    RcuWait,
    RwSemaphore,
    SeqCount, //
};
use core::ptr;
use kernel::{
    bindings,
    types::Opaque, //
};

/// An `mm_struct` that cannot be freed while it is borrowed.
#[repr(transparent)]
pub struct MmRaw(Opaque<bindings::mm_struct>);

// SAFETY: All of an `mm_struct` that this type gives access to is made to be used by many tasks, by
// the rules of the protocol, which whoever made the reference vouched for.
unsafe impl Sync for MmRaw {}

impl MmRaw {
    /// Views an `mm_struct` of the kernel.
    ///
    /// # Safety
    ///
    /// `mm` must be an `mm_struct`, and not be freed for as long as the result is used. What is done
    /// with the result keeps the protocol.
    #[inline]
    pub unsafe fn from_raw<'a>(mm: *mut bindings::mm_struct) -> &'a Self {
        // SAFETY: The caller vouches for the pointer; `MmRaw` is transparent.
        unsafe { &*mm.cast() }
    }

    /// The kernel's own pointer to this mm.
    #[inline]
    pub fn as_ptr(&self) -> *mut bindings::mm_struct {
        self.0.get()
    }

    /// Where the one writer that waits for readers sleeps. C: `mm->vma_writer_wait`.
    #[inline]
    pub fn vma_writer_wait(&self) -> &RcuWait {
        // SAFETY: `self` is an `mm_struct`; `RcuWait` is transparent over `struct rcuwait`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.vma_writer_wait).cast() }
    }

    /// The sequence of the mmap write lock. C: `mm->mm_lock_seq`.
    #[inline]
    pub fn mm_lock_seq(&self) -> &SeqCount {
        // SAFETY: `self` is an `mm_struct`; `SeqCount` is transparent over `seqcount_t`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.mm_lock_seq).cast() }
    }

    /// The mmap lock. C: `mm->mmap_lock`.
    #[inline]
    pub fn mmap_lock(&self) -> &RwSemaphore {
        // SAFETY: `self` is an `mm_struct`; `RwSemaphore` is transparent over `struct rw_semaphore`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.mmap_lock).cast() }
    }

    /// Keeps the `mm_struct` (not the address space) alive. C: `mmgrab`.
    #[inline]
    pub fn mmgrab(&self) {
        // SAFETY: `self` is an `mm_struct` that has not been freed.
        unsafe { bindings::mmgrab(self.as_ptr()) }
    }

    /// Undoes one [`mmgrab`](Self::mmgrab). May sleep on PREEMPT_RT, heavy if it is the last one.
    /// C: `mmdrop`.
    ///
    /// # Safety
    ///
    /// The caller gives up one `mmgrab` of `mm` and does not touch `mm` afterwards on its account.
    #[inline]
    pub unsafe fn mmdrop(mm: *const Self) {
        // SAFETY: The caller owns the count that is dropped here.
        unsafe { bindings::mmdrop(mm.cast_mut().cast()) }
    }
}

/// The trace points of the mmap lock; next to nothing while they are off.
/// C: `__mmap_lock_trace_start_locking` and so on.
pub mod trace {
    use super::{
        super::bindings,
        MmRaw, //
    };

    /// About to take the lock.
    #[inline]
    pub fn start_locking(mm: &MmRaw, write: bool) {
        // SAFETY: `mm` is an `mm_struct`.
        unsafe { bindings::mmap_lock_trace_start_locking(mm.as_ptr(), write) }
    }

    /// The attempt is over.
    #[inline]
    pub fn acquire_returned(mm: &MmRaw, write: bool, success: bool) {
        // SAFETY: `mm` is an `mm_struct`.
        unsafe { bindings::mmap_lock_trace_acquire_returned(mm.as_ptr(), write, success) }
    }

    /// About to drop the lock.
    #[inline]
    pub fn released(mm: &MmRaw, write: bool) {
        // SAFETY: `mm` is an `mm_struct`.
        unsafe { bindings::mmap_lock_trace_released(mm.as_ptr(), write) }
    }
}
