// SPDX-License-Identifier: GPL-2.0

//! The fields of `vm_area_struct` that the lock is made of.
//!
//! C header: [`include/linux/mm_types.h`](srctree/include/linux/mm_types.h)

use super::{
    once::{
        read_once,
        write_once, //
    },
    MmRaw, //
};
use crate::sys::RefcountExt;
use core::ptr;
use kernel::{
    bindings,
    sync::Refcount,
    types::Opaque, //
};

/// A `vm_area_struct`, in whatever state and of whichever mm.
///
/// A reference to one says no more than that the memory still is a `vm_area_struct`. VMAs come from
/// a `SLAB_TYPESAFE_BY_RCU` cache: under RCU one may be freed and used again, by another mm too,
/// and still be one. The compiler assumes nothing about what is behind such a reference, since all
/// of it is [`Opaque`], so it is no error if the VMA is freed while a function that was handed one
/// is in its last steps.
#[repr(transparent)]
pub struct VmaRaw(Opaque<bindings::vm_area_struct>);

impl VmaRaw {
    /// Views a `vm_area_struct` of the kernel.
    ///
    /// # Safety
    ///
    /// `vma` must be a `vm_area_struct`, and stay one for as long as the result is used.
    #[inline]
    pub unsafe fn from_raw<'a>(vma: *mut bindings::vm_area_struct) -> &'a Self {
        // SAFETY: The caller vouches for the pointer; `VmaRaw` is transparent.
        unsafe { &*vma.cast() }
    }

    /// The kernel's own pointer to this VMA.
    #[inline]
    pub fn as_ptr(&self) -> *mut bindings::vm_area_struct {
        self.0.get()
    }

    /// The word of the protocol, as it is at this moment. No ordering.
    /// C: `refcount_read(&vma->vm_refcnt)`.
    #[inline]
    pub fn refcnt(&self) -> u32 {
        self.vm_refcnt().read()
    }

    /// The word of the protocol. C: `vma->vm_refcnt`.
    #[inline]
    pub(crate) fn vm_refcnt(&self) -> &Refcount {
        // SAFETY: `self` is a `vm_area_struct`; `Refcount` is transparent over `refcount_t`.
        unsafe { &*ptr::addr_of!((*self.as_ptr()).vm_refcnt).cast() }
    }

    /// The mm that this VMA belongs to at the moment. C: `vma->vm_mm`.
    ///
    /// Stable only while the VMA's count is held or its mm's lock is.
    #[inline]
    pub fn vm_mm(&self) -> *const MmRaw {
        // SAFETY: `self` is a `vm_area_struct`. Read once, since a VMA that is found under RCU can
        // be handed to another mm at any time.
        unsafe { read_once(ptr::addr_of!((*self.as_ptr()).vm_mm)) }
            .cast_const()
            .cast()
    }

    /// The sequence at which this VMA was last write-locked. C: `READ_ONCE(vma->vm_lock_seq)`.
    #[inline]
    pub fn vm_lock_seq(&self) -> u32 {
        // SAFETY: `self` is a `vm_area_struct`.
        unsafe { read_once(ptr::addr_of!((*self.as_ptr()).vm_lock_seq)) }
    }

    /// C: `WRITE_ONCE(vma->vm_lock_seq, seq)`.
    #[inline]
    pub(crate) fn set_vm_lock_seq(&self, seq: u32) {
        // SAFETY: `self` is a `vm_area_struct`.
        unsafe { write_once(ptr::addr_of_mut!((*self.as_ptr()).vm_lock_seq), seq) }
    }

    /// Prints the VMA; only kernels with `CONFIG_DEBUG_VM` can. C: `dump_vma`.
    #[cold]
    pub(crate) fn dump(&self) {
        #[cfg(CONFIG_DEBUG_VM)]
        // SAFETY: `self` is a `vm_area_struct`.
        unsafe {
            bindings::dump_vma(self.as_ptr())
        }
    }

    /// The addresses that this VMA covers, end exclusive. C: `vma->vm_start`, `vma->vm_end`.
    ///
    /// Stable only while the VMA is locked.
    #[inline]
    pub fn range(&self) -> (usize, usize) {
        // SAFETY: `self` is a `vm_area_struct`.
        unsafe {
            let range = ptr::addr_of!((*self.as_ptr()).__bindgen_anon_1.__bindgen_anon_1);

            (
                read_once(ptr::addr_of!((*range).vm_start)),
                read_once(ptr::addr_of!((*range).vm_end)),
            )
        }
    }
}
