// SPDX-License-Identifier: GPL-2.0
//! A kernel with other constants is refused when the library is built, by its own check.
//@ error[E0080]: evaluation of constant value failed

#[path = "../../../rust/vma_lock/refcnt.rs"]
pub mod refcnt;

/// Stands for the kernel's headers.
pub mod sys {
    /// `misuse`: another bit.
    pub const VM_REFCNT_EXCLUDE_READERS_FLAG: u32 = if cfg!(misuse) { 1 << 29 } else { 1 << 30 };
    /// One below.
    pub const VM_REFCNT_LIMIT: u32 = VM_REFCNT_EXCLUDE_READERS_FLAG - 1;
}
