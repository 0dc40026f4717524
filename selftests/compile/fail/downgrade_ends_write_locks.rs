// SPDX-License-Identifier: GPL-2.0
//! Downgrading the mmap lock ends all write locks, so none may be in use.
//@ error[E0505]: cannot move out of `mmap` because it is borrowed

use kernel::mm::MmWithUser;
use vma_lock::safe::{MmVmaLock, MmapStartRead};

/// Write-locks, then goes on reading.
pub fn write_then_read(mm: &MmWithUser, addr: usize) -> bool {
    let mut mmap = mm.mmap_write_lock();
    let vma = mmap.vma_lookup(addr).map(|vma| vma.start_write());
    #[cfg(not(misuse))]
    drop(vma);
    let mmap = mmap.downgrade();
    #[cfg(misuse)]
    drop(vma);
    mmap.start_read(addr).is_ok()
}
