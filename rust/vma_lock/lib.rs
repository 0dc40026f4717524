// SPDX-License-Identifier: GPL-2.0

//! The per-VMA lock of the Linux kernel, in Rust.
//!
//! Three layers. A driver author wants [`safe`], whose types prove which locks are held. Below it is
//! one function for each of C, of the same name, over the kernel's own
//! `refcount_t` and `rcuwait`, on the kernel's own `vm_area_struct`. At
//! the bottom [`sys`] has all that touches foreign code. A Rust function and its C twin
//! can be used on the same VMA at the same time.
//!
//! | C | Rust | file |
//! |---|---|---|
//! | `__vma_are_readers_excluded` | [`__vma_are_readers_excluded`] | `refcnt.rs` |
//! | `__vma_refcount_put_return` | [`__vma_refcount_put_return`] | `read.rs` |
//! | `vma_refcount_put` | [`vma_refcount_put`] | `read.rs` |
//! | `vma_start_read` | [`vma_start_read`] | `read.rs` |
//! | `vma_start_read_locked_nested` | [`vma_start_read_locked_nested`] | `read.rs` |
//! | `vma_start_read_locked` | [`vma_start_read_locked`] | `read.rs` |
//! | `vma_end_read` | [`vma_end_read`] | `read.rs` |
//! | `rcuwait_wait_event` | [`rcuwait_wait_event`] | `rcuwait.rs` |
//! | `__vma_start_exclude_readers` | [`__vma_start_exclude_readers`] | `exclude.rs` |
//! | `__vma_end_exclude_readers` | [`__vma_end_exclude_readers`] | `exclude.rs` |
//! | `__vma_raw_mm_seqnum` | [`__vma_raw_mm_seqnum`] | `write.rs` |
//! | `__is_vma_write_locked` | [`__is_vma_write_locked`] | `write.rs` |
//! | `__vma_start_write` | [`__vma_start_write`] | `write.rs` |
//! | `vma_start_write` | [`vma_start_write`] | `write.rs` |
//! | `vma_start_write_killable` | [`vma_start_write_killable`] | `write.rs` |
//! | `vma_assert_write_locked` | [`vma_assert_write_locked`] | `assert.rs` |
//! | `vma_assert_locked` | [`vma_assert_locked`] | `assert.rs` |
//! | `vma_assert_stabilised` | [`vma_assert_stabilised`] | `assert.rs` |
//! | `vma_assert_can_modify` | [`vma_assert_can_modify`] | `assert.rs` |
//! | `vma_is_attached` | [`vma_is_attached`] | `assert.rs` |
//! | `vma_assert_attached` | [`vma_assert_attached`] | `assert.rs` |
//! | `vma_assert_detached` | [`vma_assert_detached`] | `assert.rs` |
//! | `vma_lock_init` | [`vma_lock_init`] | `attach.rs` |
//! | `vma_mark_attached` | [`vma_mark_attached`] | `attach.rs` |
//! | `vma_mark_detached` | [`vma_mark_detached`] | `attach.rs` |
//! | `__vma_exclude_readers_for_detach` | [`__vma_exclude_readers_for_detach`] | `attach.rs` |
//! | `lock_vma_under_rcu` | [`lock_vma_under_rcu`] | `find.rs` |
//! | `lock_next_vma` | [`lock_next_vma`] | `find.rs` |
//! | `mm_lock_seqcount_init` | [`mm_lock_seqcount_init`] | `mmap.rs` |
//! | `mm_lock_seqcount_begin` | [`mm_lock_seqcount_begin`] | `mmap.rs` |
//! | `mm_lock_seqcount_end` | [`mm_lock_seqcount_end`] | `mmap.rs` |
//! | `mmap_lock_speculate_try_begin` | [`mmap_lock_speculate_try_begin`] | `mmap.rs` |
//! | `mmap_lock_speculate_retry` | [`mmap_lock_speculate_retry`] | `mmap.rs` |
//! | `vma_end_write_all` | [`vma_end_write_all`] | `mmap.rs` |
//! | `mmap_assert_locked` | [`mmap_assert_locked`] | `mmap.rs` |
//! | `mmap_assert_write_locked` | [`mmap_assert_write_locked`] | `mmap.rs` |
//! | `mmap_write_lock` | [`mmap_write_lock`] | `mmap.rs` |
//! | `mmap_write_lock_nested` | [`mmap_write_lock_nested`] | `mmap.rs` |
//! | `mmap_write_lock_killable` | [`mmap_write_lock_killable`] | `mmap.rs` |
//! | `mmap_write_unlock` | [`mmap_write_unlock`] | `mmap.rs` |
//! | `mmap_write_downgrade` | [`mmap_write_downgrade`] | `mmap.rs` |
//! | `mmap_read_lock` | [`mmap_read_lock`] | `mmap.rs` |
//! | `mmap_read_lock_killable` | [`mmap_read_lock_killable`] | `mmap.rs` |
//! | `mmap_read_trylock` | [`mmap_read_trylock`] | `mmap.rs` |
//! | `mmap_read_unlock` | [`mmap_read_unlock`] | `mmap.rs` |
//! | `mmap_lock_is_contended` | [`mmap_lock_is_contended`] | `mmap.rs` |
//!
//! The names of the patch that this library began with are in `seed.rs`.
//!
//! There is no `#else` half of the header for kernels without `CONFIG_PER_VMA_LOCK`: they have no
//! `vm_refcnt`, so the library does not build there. Upstream is about to have the locks always; then
//! nothing has to change here, since nothing asks for the option.
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h)

// The names are C's.
#![allow(non_snake_case)]

mod assert;
mod attach;
mod error;
mod exclude;
#[cfg(not(feature = "host"))]
mod find;
mod hint;
mod mmap;
mod rcuwait;
mod read;
mod refcnt;
#[cfg(not(feature = "host"))]
pub mod safe;
mod seed;
pub mod sys;
mod write;

#[cfg(not(feature = "host"))]
pub use self::find::*;
pub use self::{
    assert::*,
    attach::*,
    error::*,
    exclude::*,
    mmap::*,
    rcuwait::rcuwait_wait_event,
    read::*,
    refcnt::*,
    seed::*,
    write::*, //
};
