// SPDX-License-Identifier: GPL-2.0
//! A read lock belongs to the task that took it.
//@ error[E0277]: `*mut ()` cannot be sent between threads safely

use kernel::mm::MmWithUser;
use vma_lock::safe::ReadGuard;

fn send<T: Send>(_: T) {}

/// An address space may be shared, a lock may not.
pub fn share(mm: &'static MmWithUser, guard: ReadGuard<'static>) {
    send(mm);
    #[cfg(not(misuse))]
    drop(guard);
    #[cfg(misuse)]
    send(guard);
}
