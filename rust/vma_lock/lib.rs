// SPDX-License-Identifier: GPL-2.0

//! The per-VMA lock of the Linux kernel, in Rust.
//!
//! One function for each of C, of the same name, in the same order, over the kernel's own
//! `refcount_t` and `rcuwait`, on the kernel's own `vm_area_struct`. A Rust function and its C twin
//! can be used on the same VMA at the same time.
//!
//! | C | Rust | file |
//! |---|---|---|
//! | `__vma_are_readers_excluded` | [`are_readers_excluded`] | `refcnt.rs` |
//! | `__vma_refcount_put_return` | [`__vma_refcount_put_return`] | `read.rs` |
//! | `vma_refcount_put` | [`vma_refcount_put`] | `read.rs` |
//! | `vma_start_read` | [`vma_start_read`] | `read.rs` |
//! | `vma_start_read_locked` | [`vma_start_read_locked`] | `read.rs` |
//! | `vma_end_read` | [`vma_end_read`] | `read.rs` |
//! | `rcuwait_wait_event` | [`rcuwait_wait_event`] | `rcuwait.rs` |
//! | `struct vma_exclude_readers_state` | [`VmaExcludeReadersState`] | `exclude.rs` |
//! | `__vma_start_exclude_readers` | [`__vma_start_exclude_readers`] | `exclude.rs` |
//! | `__vma_end_exclude_readers` | [`__vma_end_exclude_readers`] | `exclude.rs` |
//! | `__vma_raw_mm_seqnum` | [`__vma_raw_mm_seqnum`] | `write.rs` |
//! | `__is_vma_write_locked` | [`__is_vma_write_locked`] | `write.rs` |
//! | `__vma_start_write` | [`__vma_start_write`] | `write.rs` |
//! | `vma_start_write` | [`vma_start_write`] | `write.rs` |
//! | `vma_start_write_killable` | [`vma_start_write_killable`] | `write.rs` |
//! | `vma_assert_write_locked` | [`vma_assert_write_locked`] | `write.rs` |
//! | `vma_lock_init` | [`vma_lock_init`] | `attach.rs` |
//! | `vma_is_attached` | [`vma_is_attached`] | `attach.rs` |
//! | `vma_assert_attached` | [`vma_assert_attached`] | `attach.rs` |
//! | `vma_assert_detached` | [`vma_assert_detached`] | `attach.rs` |
//! | `vma_mark_attached` | [`vma_mark_attached`] | `attach.rs` |
//! | `vma_mark_detached` | [`vma_mark_detached`] | `attach.rs` |
//! | `__vma_exclude_readers_for_detach` | [`__vma_exclude_readers_for_detach`] | `attach.rs` |
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h)

// The names are C's.
#![allow(non_snake_case)]

mod attach;
mod exclude;
mod rcuwait;
mod read;
mod refcnt;
pub mod sys;
mod write;

pub use self::{
    attach::*,
    exclude::*,
    rcuwait::{
        rcuwait_wait_event,
        Interrupted, //
    },
    read::*,
    refcnt::*,
    write::*, //
};
