// SPDX-License-Identifier: GPL-2.0

//! An mm and a VMA that no process has.

use core::ptr::{
    self,
    NonNull, //
};
use kernel::{
    prelude::*,
    sync::Refcount, //
};
use vma_lock::sys::{
    MmRaw,
    VmaRaw, //
};

/// The C functions of `synthetic_mm.h`, made by bindgen.
#[allow(missing_docs, unreachable_pub, dead_code, improper_ctypes)]
#[allow(clippy::all)]
pub(crate) mod bindings {
    use kernel::{
        bindings::{
            mm_struct,
            vm_area_struct, //
        },
        ffi, //
    };

    include!(concat!(
        env!("VMA_LOCK_OBJTREE"),
        "/tools/lib/synthetic_mm/synthetic_mm_generated.rs"
    ));
}

/// A synthetic mm and its VMA, which begins detached.
///
/// # Invariants
///
/// The pointer is from `synthetic_mm_create`, and this owns what it points to.
pub(crate) struct SyntheticMm(NonNull<bindings::synthetic_mm>);

// SAFETY: mm and VMA are only used through the functions of the kernel and of the library, under the
// locks that they ask for.
unsafe impl Send for SyntheticMm {}
// SAFETY: As above.
unsafe impl Sync for SyntheticMm {}

impl SyntheticMm {
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: No requirements.
        // INVARIANT: Created here.
        NonNull::new(unsafe { bindings::synthetic_mm_create() })
            .map(Self)
            .ok_or(ENOMEM)
    }

    pub(crate) fn as_ptr(&self) -> *mut bindings::synthetic_mm {
        self.0.as_ptr()
    }

    pub(crate) fn mm(&self) -> &MmRaw {
        // SAFETY: By the type invariant.
        unsafe { MmRaw::from_raw(bindings::synthetic_mm_mm(self.as_ptr())) }
    }

    pub(crate) fn vma(&self) -> &VmaRaw {
        // SAFETY: By the type invariant.
        unsafe { VmaRaw::from_raw(bindings::synthetic_mm_vma(self.as_ptr())) }
    }

    /// The word of the VMA, to be given any value.
    #[allow(dead_code, reason = "not all who take in this file make up words")]
    pub(crate) fn refcnt(&self) -> &Refcount {
        // SAFETY: By the type invariant; `Refcount` is transparent over `refcount_t`.
        unsafe { &*ptr::addr_of!((*self.vma().as_ptr()).vm_refcnt).cast() }
    }
}

impl Drop for SyntheticMm {
    fn drop(&mut self) {
        // SAFETY: By the type invariant; nobody borrows it any more.
        unsafe { bindings::synthetic_mm_destroy(self.as_ptr()) };
    }
}
