// SPDX-License-Identifier: GPL-2.0
//! What the code takes for granted about the kernel's constants is checked when it is built.
//@ error[E0080]: evaluation of constant value failed

/// As in `rust/vma_lock/refcnt.rs`.
pub const CHECKED: () = assert!(
    vma_lock::VM_REFCNT_LIMIT == vma_lock::VM_REFCNT_EXCLUDE_READERS_FLAG - !cfg!(misuse) as u32
);
