// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! The mmap lock cannot be dropped by another task.
//! Attacks: the mmap lock belongs to the task that took it
//@ error[E0277]: `*mut ()` cannot be sent between threads safely

use vma_lock::safe::MmapWriteGuard;

fn send<T: Send>(_: T) {}

/// Lockdep, and the owner of a semaphore that spins, rely on it.
pub fn send_away(mmap: MmapWriteGuard<'static>) {
    #[cfg(misuse)]
    send(mmap);
    #[cfg(not(misuse))]
    {
        drop(mmap);
        send(());
    }
}
