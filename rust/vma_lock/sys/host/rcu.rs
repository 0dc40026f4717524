// SPDX-License-Identifier: GPL-2.0

//! RCU, as far as VMAs need it: under it a VMA stays a VMA. See [`super::life`].

use super::Task;
use std::marker::PhantomData;

/// Evidence that the current task is in an RCU read-side critical section.
pub struct Guard(PhantomData<*mut ()>);

/// Enters one.
pub fn read_lock() -> Guard {
    let depth = &Task::current().rcu_depth;

    depth.set(depth.get() + 1);
    Guard(PhantomData)
}

impl Drop for Guard {
    fn drop(&mut self) {
        // When a model fails its tasks are torn down wherever they are.
        if !std::thread::panicking() {
            let depth = &Task::current().rcu_depth;

            depth.set(depth.get() - 1);
        }
    }
}

pub(super) fn is_held() -> bool {
    Task::current().rcu_depth.get() != 0
}
