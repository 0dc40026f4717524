// SPDX-License-Identifier: GPL-2.0

//! Types that prove which locks are held.
//!
//! | you have | it proves | from | it ends |
//! |---|---|---|---|
//! | [`Mm`] | the address space has users | `MmWithUser` | with the borrow |
//! | [`FoundVma`] | RCU is held since the VMA was found | [`Mm::find_vma_rcu`] | on drop |
//! | [`ReadGuard`] | the VMA is read-locked | [`FoundVma::start_read`], [`Mm::lock_vma_under_rcu`], [`MmapReadGuard::start_read`] | on drop |
//! | [`MmapReadGuard`] | the mmap lock is held for reading | [`Mm::mmap_read_lock`] | on drop |
//! | [`MmapWriteGuard`] | the mmap lock is held for writing | [`Mm::mmap_write_lock`] | on drop, or [`downgrade`](MmapWriteGuard::downgrade) |
//! | [`Vma<Attached>`](Vma) or [`Vma<Detached>`](Vma) | nobody else attaches, detaches or write-locks it | [`MmapWriteGuard::vma_lookup`] | with the borrow of the guard |
//! | [`WriteGuard<Attached>`](WriteGuard) or [`WriteGuard<Detached>`](WriteGuard) | the VMA is write-locked | [`Vma::start_write`] | with the mmap lock |
//! | [`ExcludedReaders`] | the VMA has no reader and gets none | [`Vma::exclude_readers`] | on drop |
//!
//! Lock order: the mmap lock before a VMA lock. Whoever holds a [`ReadGuard`] must not wait for the
//! mmap lock; lockdep reports it.
//!
//! The hot paths compile to the very code of the functions below
//! (`selftests/compile/codegen.rs`).

mod excluded;
mod found;
mod mm;
mod mmap;
mod read;
mod vma;

pub use self::{
    excluded::ExcludedReaders,
    found::FoundVma,
    mm::{
        Mm,
        Speculation, //
    },
    mmap::{
        MmapReadGuard,
        MmapWriteGuard, //
    },
    read::{
        ReadGuard,
        TooManyReaders, //
    },
    vma::{
        Attached,
        Detached,
        State,
        Vma,
        WriteGuard, //
    }, //
};
