// SPDX-License-Identifier: GPL-2.0

//! The fields of `mm_struct` that VMA locks use.
//!
//! C header: [`include/linux/mm_types.h`](srctree/include/linux/mm_types.h)

use super::{
    bindings as helpers,
    rwsem::RwSemaphore,
    seqcount::SeqCount,
    RcuWait, //
};
use core::ptr;
use kernel::{
    bindings,
    types::Opaque, //
};

/// An `mm_struct` that cannot be freed while it is borrowed.
#[repr(transparent)]
pub struct MmRaw(Opaque<bindings::mm_struct>);

// SAFETY: What this type hands out can be used by many tasks. What changes an mm is the library's own,
// or asks its caller for the locks.
unsafe impl Sync for MmRaw {}

impl MmRaw {
    /// Views an `mm_struct` of the kernel.
    ///
    /// # Safety
    ///
    /// `mm` must be an `mm_struct`, and not be freed for as long as the result is used.
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
    pub(crate) fn vma_writer_wait(&self) -> &RcuWait {
        // SAFETY: `self` is an `mm_struct`; `RcuWait` is transparent over `struct rcuwait`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.vma_writer_wait).cast() }
    }

    /// The sequence of the mmap write lock. C: `mm->mm_lock_seq`.
    #[inline]
    pub(crate) fn mm_lock_seq(&self) -> &SeqCount {
        // SAFETY: `self` is an `mm_struct`; `SeqCount` is transparent over `seqcount_t`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.mm_lock_seq).cast() }
    }

    /// Makes the sequence 0. C: `mm_lock_seqcount_init`, whose macro names the lockdep class.
    #[inline]
    pub(crate) fn mm_lock_seq_init(&self) {
        // SAFETY: `self` is an `mm_struct`.
        unsafe { helpers::mm_lock_seqcount_init(self.as_ptr()) }
    }

    /// A writer leaves: the sequence is even from here on, after all that it stored (write barrier).
    /// C: `mm_lock_seqcount_end`, which KCSAN is told of.
    #[inline]
    pub(crate) fn mm_lock_seq_end(&self) {
        // SAFETY: `self` is an `mm_struct`.
        unsafe { helpers::mm_lock_seqcount_end(self.as_ptr()) }
    }

    /// The mmap lock. C: `mm->mmap_lock`.
    #[inline]
    pub(crate) fn mmap_lock(&self) -> &RwSemaphore {
        // SAFETY: `self` is an `mm_struct`; `RwSemaphore` is transparent over `struct rw_semaphore`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.mmap_lock).cast() }
    }

    /// Keeps the `mm_struct` (not the address space) alive. C: `mmgrab`.
    #[inline]
    pub(crate) fn mmgrab(&self) {
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
    pub(crate) unsafe fn mmdrop(mm: *const Self) {
        // SAFETY: The caller owns the count that is dropped here.
        unsafe { bindings::mmdrop(mm.cast_mut().cast()) }
    }
}

/// The trace points of the mmap lock; next to nothing while they are off.
/// C: `__mmap_lock_trace_start_locking` and so on.
pub(crate) mod trace {
    use super::{
        super::bindings,
        MmRaw, //
    };

    /// About to take the lock.
    #[inline]
    pub(crate) fn start_locking(mm: &MmRaw, write: bool) {
        // SAFETY: `mm` is an `mm_struct`.
        unsafe { bindings::mmap_lock_trace_start_locking(mm.as_ptr(), write) }
    }

    /// The attempt is over.
    #[inline]
    pub(crate) fn acquire_returned(mm: &MmRaw, write: bool, success: bool) {
        // SAFETY: `mm` is an `mm_struct`.
        unsafe { bindings::mmap_lock_trace_acquire_returned(mm.as_ptr(), write, success) }
    }

    /// About to drop the lock.
    #[inline]
    pub(crate) fn released(mm: &MmRaw, write: bool) {
        // SAFETY: `mm` is an `mm_struct`.
        unsafe { bindings::mmap_lock_trace_released(mm.as_ptr(), write) }
    }
}
