// SPDX-License-Identifier: GPL-2.0
//! What a guard protects cannot be got at to drop its count, or its writer, behind its back.
//@ error[E0133]: call to unsafe function `ReadGuard::<'mm>::as_raw`

use vma_lock::safe::Mm;

/// Reads the word.
pub fn read(mm: &Mm, addr: usize) -> Option<u32> {
    let guard = mm.lock_vma_under_rcu(addr)?;
    #[cfg(misuse)]
    let _ = guard.as_raw().vm_refcnt().dec_and_test();
    Some(guard.refcnt())
}
