// SPDX-License-Identifier: GPL-2.0

//! Finding VMAs in an mm's maple tree.
//!
//! C headers: [`include/linux/maple_tree.h`](srctree/include/linux/maple_tree.h),
//! [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{
    bindings,
    MmRaw,
    VmaRaw, //
};
use core::{
    marker::PhantomData,
    mem::MaybeUninit, //
};
use kernel::container_of;

/// A place in the VMAs of an mm. C: `struct vma_iterator`.
///
/// Whoever steps it holds the mmap lock or RCU; under RCU alone a VMA that it finds may be detached
/// or reused at any time.
///
/// # Invariants
///
/// `vmi` is initialised, over the tree of an mm that is there for `'mm`.
#[repr(transparent)]
pub struct VmaIter<'mm> {
    vmi: kernel::bindings::vma_iterator,
    mm: PhantomData<&'mm MmRaw>,
}

impl<'mm> VmaIter<'mm> {
    /// Before the VMA at `addr`, or the next one. C: `VMA_ITERATOR`.
    #[inline]
    pub fn new(mm: &'mm MmRaw, addr: usize) -> Self {
        let mut vmi = MaybeUninit::uninit();

        // SAFETY: `mm` is an `mm_struct`, and the helper fills in all of `vmi`.
        unsafe { bindings::vma_iter_init(vmi.as_mut_ptr(), mm.as_ptr(), addr) };
        // INVARIANT: The helper has filled it in, for `mm`.
        Self {
            // SAFETY: Initialised above.
            vmi: unsafe { vmi.assume_init() },
            mm: PhantomData,
        }
    }

    /// The kernel's own iterator.
    ///
    /// # Safety
    ///
    /// `vmi` is initialised, over an mm that is there for `'mm`, and used by nobody else meanwhile.
    #[inline]
    pub unsafe fn from_raw<'a>(vmi: *mut kernel::bindings::vma_iterator) -> &'a mut Self {
        // SAFETY: By the contract above; `VmaIter` is transparent.
        // INVARIANT: The caller vouches for it.
        unsafe { &mut *vmi.cast() }
    }

    /// The mm whose VMAs these are: the tree lies in it.
    #[inline]
    pub fn mm(&self) -> &'mm MmRaw {
        let tree = self.vmi.mas.tree;

        // SAFETY: By the type invariant the tree is the `mm_mt` of an mm that is there for `'mm`.
        unsafe {
            MmRaw::from_raw(container_of!(
                tree,
                kernel::bindings::mm_struct,
                __bindgen_anon_1.mm_mt
            ))
        }
    }

    /// Starts anew at `addr`. C: `vma_iter_set`, `mas_set`.
    #[inline]
    pub fn set(&mut self, addr: usize) {
        // SAFETY: `vmi` was initialised by `new`.
        unsafe { bindings::vma_iter_set(&mut self.vmi, addr) }
    }

    /// The VMA at the address that was set, if there is one. C: `mas_walk`.
    ///
    /// # Safety
    ///
    /// The caller is in an RCU read-side critical section or holds the mmap lock, and uses the
    /// result no longer than that.
    #[inline]
    pub unsafe fn walk(&mut self) -> Option<&'mm VmaRaw> {
        // SAFETY: The caller protects the tree.
        let vma = unsafe { kernel::bindings::mas_walk(&mut self.vmi.mas) };

        // SAFETY: What the tree holds is a VMA; the caller keeps it one.
        (!vma.is_null()).then(|| unsafe { VmaRaw::from_raw(vma.cast()) })
    }

    /// The next VMA. C: `vma_next`.
    ///
    /// # Safety
    ///
    /// As for [`walk`](Self::walk).
    #[inline]
    pub unsafe fn next(&mut self) -> Option<&'mm VmaRaw> {
        // SAFETY: The caller protects the tree.
        let vma = unsafe { kernel::bindings::mas_find(&mut self.vmi.mas, usize::MAX) };

        // SAFETY: What the tree holds is a VMA; the caller keeps it one.
        (!vma.is_null()).then(|| unsafe { VmaRaw::from_raw(vma.cast()) })
    }
}
