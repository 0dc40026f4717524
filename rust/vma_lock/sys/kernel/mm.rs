// SPDX-License-Identifier: GPL-2.0

//! The fields of `mm_struct` that VMA locks use.
//!
//! C headers: [`include/linux/mm_types.h`](srctree/include/linux/mm_types.h),
//! [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h)

use super::RcuWait;
use core::ptr;
use kernel::{
    bindings,
    types::Opaque, //
};

/// An `mm_struct` that cannot be freed while it is borrowed.
#[repr(transparent)]
pub struct MmRaw(Opaque<bindings::mm_struct>);

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
    pub fn vma_writer_wait(&self) -> &RcuWait {
        // SAFETY: `self` is an `mm_struct`; `RcuWait` is transparent over `struct rcuwait`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.vma_writer_wait).cast() }
    }

    /// The sequence of the mmap write lock. C: `READ_ONCE(mm->mm_lock_seq.sequence)`. No ordering.
    #[inline]
    pub fn mm_lock_seq(&self) -> u32 {
        // SAFETY: `self` is an `mm_struct`; a volatile read is READ_ONCE().
        unsafe {
            ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.mm_lock_seq.sequence).read_volatile()
        }
    }

    /// The same with ACQUIRE ordering. C: `raw_read_seqcount(&mm->mm_lock_seq)`.
    ///
    /// Pairs with the release in `vma_end_write_all`.
    #[inline]
    pub fn mm_lock_seq_acquire(&self) -> u32 {
        // SAFETY: `self` is an `mm_struct`.
        unsafe { super::bindings::mm_lock_seq_acquire(self.as_ptr()) }
    }

    /// Warns unless somebody holds the mmap lock. C: `mmap_assert_locked`.
    #[inline]
    pub fn mmap_assert_locked(&self) {
        // SAFETY: `self` is an `mm_struct`.
        unsafe { super::bindings::mmap_assert_locked(self.as_ptr()) }
    }

    /// Warns unless somebody holds the mmap lock for writing. C: `mmap_assert_write_locked`.
    #[inline]
    pub fn mmap_assert_write_locked(&self) {
        // SAFETY: `self` is an `mm_struct`.
        unsafe { super::bindings::mmap_assert_write_locked(self.as_ptr()) }
    }

    /// Takes the mmap lock for writing; false if a fatal signal arrived first. Sleeps.
    /// C: `mmap_write_lock_killable`.
    #[inline]
    #[must_use]
    pub fn mmap_write_lock_killable(&self) -> bool {
        // SAFETY: `self` is an `mm_struct`.
        unsafe { super::bindings::mmap_write_lock_killable(self.as_ptr()) == 0 }
    }

    /// Drops the mmap write lock, and with it all VMA write locks. C: `mmap_write_unlock`.
    ///
    /// # Safety
    ///
    /// The current task holds the mmap lock for writing, and gives it up.
    #[inline]
    pub unsafe fn mmap_write_unlock(&self) {
        // SAFETY: `self` is an `mm_struct`; the caller holds the lock.
        unsafe { super::bindings::mmap_write_unlock(self.as_ptr()) }
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
