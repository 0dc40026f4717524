// SPDX-License-Identifier: GPL-2.0

//! RCU, as far as VMAs need it: under it a VMA stays a VMA. See [`super::life`].

use super::task;
use std::marker::PhantomData;

/// Evidence that the current task is in an RCU read-side critical section.
pub struct Guard(PhantomData<*mut ()>);

/// Enters one.
pub fn read_lock() -> Guard {
    let depth = &task::current().rcu_depth;

    depth.set(depth.get() + 1);
    Guard(PhantomData)
}

impl Drop for Guard {
    fn drop(&mut self) {
        // When a model fails its tasks are torn down wherever they are.
        if !std::thread::panicking() {
            let depth = &task::current().rcu_depth;

            depth.set(depth.get() - 1);
        }
    }
}

pub(super) fn is_held() -> bool {
    task::current().rcu_depth.get() != 0
}
