// SPDX-License-Identifier: GPL-2.0

//! Types that prove which locks are held, on top of the kernel crate's own.
//!
//! Bring [`MmVmaLock`] into scope, and [`MmWithUser`](kernel::mm::MmWithUser) has more methods;
//! [`MmapStartRead`] does the same for [`MmapReadGuard`](kernel::mm::MmapReadGuard). All that stands
//! for a VMA derefs to [`VmaRef`](kernel::mm::virt::VmaRef).
//!
//! | you have | it proves | from | it ends |
//! |---|---|---|---|
//! | [`ReadGuard`] | the VMA is read-locked | [`MmVmaLock::start_read_under_rcu`], [`MmVmaLock::start_read_unlocked`], [`VmaWalk::lock_next`], [`MmapStartRead::start_read`] | on drop |
//! | [`MmapReadGuard`] | the mmap lock is held for reading | [`MmVmaLock::mmap_read_lock_killable`], [`MmapWriteGuard::downgrade`] | on drop |
//! | [`MmapWriteGuard`] | the mmap lock is held for writing | [`MmVmaLock::mmap_write_lock`] | on drop, or [`downgrade`](MmapWriteGuard::downgrade) |
//! | [`Vma<Attached>`](Vma) or [`Vma<Detached>`](Vma) | nobody else attaches, detaches or write-locks it | [`MmapWriteGuard::vma_lookup`] | with the borrow of the guard |
//! | [`WriteGuard<Attached>`](WriteGuard) or [`WriteGuard<Detached>`](WriteGuard) | the VMA is write-locked | [`Vma::start_write`] | with the mmap lock |
//!
//! # Context
//!
//! All of it is for process context.
//!
//! # Lock order
//!
//! The mmap lock before a VMA lock: whoever holds a [`ReadGuard`] must not wait for the mmap lock of
//! that mm, nor touch user memory, since a page fault may wait for it. A writer that waits for the
//! reader holds that lock. As with any lock of the kernel crate, the compiler does not see to the order
//! of two locks; lockdep reports a wrong one. Who needs two VMAs at once locks both under one mmap lock
//! ([`MmapStartRead::start_read`]).
//!
//! # What is not prevented
//!
//! A guard that is forgotten on purpose ([`mem::forget`](core::mem::forget)) leaves its lock held for
//! ever: the next writer of the VMA, or user of the mm, sleeps for ever, and so does the exit of the
//! process. Nothing is freed that is in use. For a [`Vma`] or [`WriteGuard`] there is nothing to
//! forget, and exclusion of readers is a scope ([`Vma::with_readers_excluded`]) for that reason.
//!
//! The hot paths compile to the very code of the functions below
//! (`selftests/compile/codegen.rs`).

mod mm;
mod mmap;
mod read;
mod vma;
mod walk;
mod write;

pub use self::{
    mm::{
        MmVmaLock,
        Speculation, //
    },
    mmap::{
        MmapReadGuard,
        MmapStartRead,
        MmapWriteGuard, //
    },
    read::ReadGuard,
    vma::{
        Attached,
        Detached,
        State,
        Vma, //
    },
    walk::VmaWalk,
    write::WriteGuard, //
};
