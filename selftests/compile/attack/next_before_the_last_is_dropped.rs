// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! The next VMA is looked for when the last one has been unlocked.
//! Attacks: the natural loop that deadlocks; rule of the lock order
//@ error[E0499]: cannot borrow `vmas` as mutable more than once at a time

use kernel::mm::MmWithUser;
use vma_lock::safe::MmVmaLock;
use vma_lock::LockVmaError;

/// A writer that waits for the first VMA holds the mmap lock, for which the search waits.
pub fn second(mm: &MmWithUser) -> Result<usize, LockVmaError> {
    let mut vmas = mm.vmas_from(0);
    let first = vmas.lock_next()?;
    #[cfg(not(misuse))]
    drop(first);
    let second = vmas.lock_next()?;
    #[cfg(misuse)]
    drop(first);
    Ok(second.map_or(0, |vma| vma.start()))
}
