// SPDX-License-Identifier: GPL-2.0

//! The parts of `rcuwait`; the loop over them is [`crate::rcuwait::rcuwait_wait_event`].

use super::{
    history::record,
    life::Life,
    task::{
        self,
        Task, //
    }, //
};
use loom::sync::atomic::{
    fence,
    AtomicPtr,
    Ordering, //
};
use std::{
    cell::Cell,
    ptr,
    rc::Rc, //
};

/// A `struct rcuwait`.
pub struct RcuWait {
    life: Life,
    task: AtomicPtr<Task>,
    /// Whether somebody has registered; for the watch only, so loom does not see it.
    occupied: Cell<bool>,
}

impl RcuWait {
    pub(super) fn new(life: Life) -> Self {
        Self {
            life,
            task: AtomicPtr::new(ptr::null_mut()),
            occupied: Cell::new(false),
        }
    }

    /// C: `rcuwait_init`.
    pub fn init(&self) {
        self.life.touch("vma_writer_wait");
        self.task.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// C: `prepare_to_rcuwait`, with its `rcu_assign_pointer`.
    pub fn prepare_to_rcuwait(&self) {
        self.life.touch("vma_writer_wait");
        record("prepare_to_rcuwait", 0);
        assert!(!self.occupied.replace(true), "rcuwait: a second waiter");
        self.task
            .store(Rc::as_ptr(&Task::current()).cast_mut(), Ordering::Release);
    }

    /// C: `finish_rcuwait`.
    ///
    /// The fence is none of C's. It stands for the control dependency from the condition, which the
    /// wait loop has just found true, to what the caller stores next: the kernel's memory model
    /// orders those, C11 does not.
    pub fn finish_rcuwait(&self) {
        self.life.touch("vma_writer_wait");
        record("finish_rcuwait", 0);
        self.occupied.set(false);
        self.task.store(ptr::null_mut(), Ordering::Release);
        task::set_running();
        fence(Ordering::Acquire);
    }

    /// C: `rcuwait_wake_up`.
    pub fn wake_up(&self) -> bool {
        self.life.touch("vma_writer_wait");
        barrier_b();
        // ACQUIRE for the address dependency of rcu_dereference().
        let task = self.task.load(Ordering::Acquire);

        // SAFETY: A model keeps its tasks until it ends.
        let task = unsafe { task.as_ref() };

        record("rcuwait_wake_up, waiters", task.is_some().into());
        task.is_some_and(Task::wake_up_process)
    }

    /// No pointer to a task may be left behind when the lock that excludes other waiters is dropped.
    pub(super) fn assert_left(&self) {
        assert!(!self.occupied.get(), "rcuwait: a waiter was left behind");
    }
}

/// Barrier (B): the change of the condition, before the look for a waiter. Pairs with barrier (A) in
/// [`super::set_current_state`].
fn barrier_b() {
    fence(Ordering::SeqCst);
}
