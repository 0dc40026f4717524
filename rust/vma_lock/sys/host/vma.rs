// SPDX-License-Identifier: GPL-2.0

//! What of a `vm_area_struct` the lock is made of, and something for it to protect.

use super::{
    history::record,
    life::{
        named,
        Life,
        Memory, //
    },
    MmRaw,
    Refcount, //
};
use crate::sys::RefcountExt;
use loom::{
    cell::UnsafeCell,
    sync::atomic::{
        AtomicPtr,
        AtomicU32,
        Ordering::Relaxed, //
    }, //
};
use std::ptr;

/// A `vm_area_struct`, from a `SLAB_TYPESAFE_BY_RCU` cache.
pub struct VmaRaw {
    pub(super) life: Life,
    pub(super) refcnt: Refcount,
    vm_mm: AtomicPtr<MmRaw>,
    vm_lock_seq: AtomicU32,
    /// All other fields, which readers may read and writers may write.
    canary: UnsafeCell<u32>,
}

impl VmaRaw {
    /// A VMA of `mm`, fresh from the cache for the first time: detached.
    pub fn new(mm: &MmRaw) -> Self {
        let life = Life::new("a VMA", Memory::TypesafeByRcu);

        Self {
            refcnt: Refcount::new(life.clone()),
            life,
            vm_mm: AtomicPtr::new(ptr::from_ref(mm).cast_mut()),
            vm_lock_seq: AtomicU32::new(u32::MAX),
            canary: UnsafeCell::new(0),
        }
    }

    /// Back to the cache. C: `vm_area_free`.
    pub fn free(&self) {
        crate::vma_assert_detached(self);
        record("VMA freed", 0);
        self.life.free();
    }

    /// From the cache once more, for `mm`. C: `vm_area_alloc`.
    pub fn alloc(&self, mm: &MmRaw) {
        record("VMA allocated", 0);
        self.life.alloc();
        self.vm_mm.store(ptr::from_ref(mm).cast_mut(), Relaxed);
        // SAFETY: The VMA is not in any tree.
        unsafe { crate::vma_lock_init(self, false) };
        self.modify();
    }

    /// C: `vma->vm_refcnt`.
    pub fn vm_refcnt(&self) -> &Refcount {
        &self.refcnt
    }

    /// C: `refcount_read(&vma->vm_refcnt)`.
    pub fn refcnt(&self) -> u32 {
        self.refcnt.read()
    }

    /// C: `vma->vm_mm`.
    pub fn vm_mm(&self) -> *const MmRaw {
        self.life.touch("vm_mm");
        self.vm_mm.load(Relaxed)
    }

    /// C: `READ_ONCE(vma->vm_lock_seq)`.
    pub fn vm_lock_seq(&self) -> u32 {
        self.life.touch("vm_lock_seq");
        let seq = self.vm_lock_seq.load(Relaxed);

        record("vm_lock_seq is", seq);
        seq
    }

    /// C: `WRITE_ONCE(vma->vm_lock_seq, seq)`.
    pub fn set_vm_lock_seq(&self, seq: u32) {
        self.life.touch("vm_lock_seq");
        record("vm_lock_seq =", seq);
        self.vm_lock_seq.store(seq, Relaxed);
    }

    /// A reader reads the VMA.
    pub fn inspect(&self) {
        self.life.touch("a field");
        named(
            || self.canary.with(|_| {}),
            || "exclusion: a reader in a write section".to_owned(),
        );
    }

    /// A writer writes the VMA.
    pub fn modify(&self) {
        self.life.touch("a field");
        named(
            || self.canary.with_mut(|_| {}),
            || "exclusion: a writer beside a reader or another writer".to_owned(),
        );
    }
}
