// SPDX-License-Identifier: GPL-2.0

//! Lockdep annotations: what the current task holds, and that it lets go in the right order.

use super::{
    Refcount,
    Task,
    VmaRaw, //
};
use std::{
    cell::{
        Cell,
        RefCell, //
    },
    ptr, //
};

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Shared,
    Exclusive,
}

/// The locks of one task, each known by an address within it.
#[derive(Default)]
pub(super) struct Held(RefCell<Vec<(usize, Mode)>>);

impl Held {
    pub(super) fn acquire<T>(&self, lock: &T, mode: Mode) {
        assert!(
            self.mode(lock).is_none(),
            "lockdep: acquired again by the same task"
        );
        self.0.borrow_mut().push((key(lock), mode));
    }

    pub(super) fn release<T>(&self, lock: &T, mode: Mode) {
        let mut held = self.0.borrow_mut();
        let at = held.iter().position(|&entry| entry == (key(lock), mode));

        held.swap_remove(at.expect("lockdep: released but not held in that mode"));
    }

    pub(super) fn mode<T>(&self, lock: &T) -> Option<Mode> {
        let held = self.0.borrow();

        held.iter()
            .find(|(held, _)| *held == key(lock))
            .map(|(_, mode)| *mode)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
}

thread_local! {
    /// Whether `lock_is_held` answers. loom runs all tasks of a model in one thread.
    static OFF: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` as on a kernel without lockdep, as far as questions go: the annotations stay.
pub fn without_lockdep<T>(f: impl FnOnce() -> T) -> T {
    OFF.set(true);
    let ret = f();

    OFF.set(false);
    ret
}

fn key<T>(lock: &T) -> usize {
    ptr::from_ref(lock) as usize
}

/// The current task is about to drop a count of `word`, after which the lock's map may be gone.
pub(super) fn assert_released_before_put(word: &Refcount) {
    assert_ne!(
        Task::current().held.mode(word),
        Some(Mode::Shared),
        "lockdep: the count is dropped before the release"
    );
}

impl VmaRaw {
    /// C: `lockdep_init_map` in `vma_lock_init`.
    pub fn lockdep_init(&self) {
        assert!(
            self.lockdep_is_held() == Some(false),
            "lockdep: a held lock is made new"
        );
    }

    /// C: `__vma_lockdep_acquire_read`.
    pub fn lockdep_acquire_read(&self) {
        Task::current().held.acquire(self.map(), Mode::Shared);
    }

    /// C: `__vma_lockdep_release_read`.
    pub fn lockdep_release_read(&self) {
        Task::current().held.release(self.map(), Mode::Shared);
    }

    /// The read lock goes to `heir`, who is to drop it.
    pub fn lockdep_hand_read_to(&self, heir: &Task) {
        self.lockdep_release_read();
        heir.held.acquire(self.map(), Mode::Shared);
    }

    /// C: `__vma_lockdep_acquire_exclusive`.
    pub fn lockdep_acquire_exclusive(&self) {
        Task::current().held.acquire(self.map(), Mode::Exclusive);
    }

    /// C: `__vma_lockdep_release_exclusive`.
    pub fn lockdep_release_exclusive(&self) {
        Task::current().held.release(self.map(), Mode::Exclusive);
    }

    /// C: `__vma_lockdep_stat_mark_acquired`.
    pub fn lockdep_stat_mark_acquired(&self) {
        assert_eq!(
            Task::current().held.mode(self.map()),
            Some(Mode::Exclusive),
            "lockdep: contention ends on a lock that is not held"
        );
    }

    /// Whether the current task holds the VMA lock; `None` without lockdep. C: `lock_is_held`.
    pub fn lockdep_is_held(&self) -> Option<bool> {
        (!OFF.get()).then(|| Task::current().held.mode(self.map()).is_some())
    }

    /// What stands for the lock's map: the word, since that is all that a put sees.
    fn map(&self) -> &Refcount {
        self.life.touch("vmlock_dep_map");
        &self.refcnt
    }
}
