// SPDX-License-Identifier: GPL-2.0
//! A VMA that was found under RCU is nothing once RCU has been dropped.
//@ error[E0382]: use of moved value: `found`

use vma_lock::safe::Mm;

/// Finds and locks.
pub fn read(mm: &Mm, addr: usize) -> bool {
    let Some(found) = mm.find_vma_rcu(addr) else {
        return false;
    };
    // RCU is held by `found`.
    #[cfg(misuse)]
    drop(found);
    found.start_read().is_ok()
}
