// SPDX-License-Identifier: GPL-2.0

//! `struct rw_semaphore`, as the mmap lock uses it.

use super::{
    life::Life,
    lockdep::Mode,
    task,
    warn,
    Task, //
};
use loom::sync::{
    atomic::{
        fence,
        Ordering, //
    },
    Condvar,
    Mutex,
    MutexGuard, //
};

#[derive(Default)]
struct State {
    writer: bool,
    readers: u32,
    waiters: u32,
}

/// A `struct rw_semaphore`. A signal that arrives during a killable wait does not end it here.
pub struct RwSemaphore {
    life: Life,
    state: Mutex<State>,
    freed: Condvar,
}

impl RwSemaphore {
    pub(super) fn new(life: Life) -> Self {
        Self {
            life,
            state: Mutex::new(State::default()),
            freed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.life.touch("mmap_lock");
        self.state.lock().unwrap()
    }

    fn down(&self, mode: Mode, may_wait: impl Fn() -> bool) -> bool {
        let busy = |state: &State| state.writer || mode == Mode::Exclusive && state.readers != 0;
        let mut state = self.state();

        while busy(&state) {
            if !may_wait() {
                return false;
            }
            state.waiters += 1;
            state = self.freed.wait(state).unwrap();
            state.waiters -= 1;
        }
        match mode {
            Mode::Exclusive => state.writer = true,
            Mode::Shared => state.readers += 1,
        }
        Task::current().held.acquire(self, mode);
        handover();
        true
    }

    fn up(&self, mode: Mode) {
        Task::current().held.release(self, mode);
        let mut state = self.state();

        match mode {
            Mode::Exclusive => state.writer = false,
            Mode::Shared => state.readers -= 1,
        }
        if state.waiters != 0 {
            self.freed.notify_all();
        }
    }

    /// C: `down_write`.
    pub fn down_write(&self) {
        self.down(Mode::Exclusive, || true);
    }

    /// C: `down_write_nested`.
    pub fn down_write_nested(&self, _subclass: i32) {
        self.down_write();
    }

    /// C: `down_write_killable`.
    #[must_use]
    pub fn down_write_killable(&self) -> bool {
        self.down(Mode::Exclusive, || !task::fatal_signal_pending())
    }

    /// C: `down_read`.
    pub fn down_read(&self) {
        self.down(Mode::Shared, || true);
    }

    /// C: `down_read_killable`.
    #[must_use]
    pub fn down_read_killable(&self) -> bool {
        self.down(Mode::Shared, || !task::fatal_signal_pending())
    }

    /// C: `down_read_trylock`.
    #[must_use]
    pub fn down_read_trylock(&self) -> bool {
        self.down(Mode::Shared, || false)
    }

    /// C: `up_write`.
    ///
    /// # Safety
    ///
    /// The current task holds it for writing.
    pub unsafe fn up_write(&self) {
        self.up(Mode::Exclusive);
    }

    /// C: `up_read`.
    ///
    /// # Safety
    ///
    /// The current task holds it for reading.
    pub unsafe fn up_read(&self) {
        self.up(Mode::Shared);
    }

    /// C: `downgrade_write`.
    ///
    /// # Safety
    ///
    /// The current task holds it for writing.
    pub unsafe fn downgrade_write(&self) {
        let held = &Task::current().held;

        held.release(self, Mode::Exclusive);
        held.acquire(self, Mode::Shared);
        let mut state = self.state();

        state.writer = false;
        state.readers += 1;
        if state.waiters != 0 {
            self.freed.notify_all();
        }
    }

    /// Whether the current task holds it. C: `lockdep_is_held`.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.mode().is_some()
    }

    /// C: `rwsem_is_contended`.
    #[must_use]
    pub fn is_contended(&self) -> bool {
        self.state().waiters != 0
    }

    /// C: `rwsem_assert_held`.
    pub fn assert_held(&self) {
        if !self.is_held() {
            warn::report("rwsem_assert_held");
        }
    }

    /// C: `rwsem_assert_held_write`.
    pub fn assert_held_write(&self) {
        if self.mode() != Some(Mode::Exclusive) {
            warn::report("rwsem_assert_held_write");
        }
    }

    fn mode(&self) -> Option<Mode> {
        self.life.touch("mmap_lock");
        Task::current().held.mode(self)
    }
}

/// What the last holder did comes before what this one stores, for third tasks too.
///
/// The kernel's memory model says so for spinlocks (`po-unlock-lock-po`) and is silent about this
/// lock, whose ACQUIRE does it on all architectures. `vma_start_read` depends on it: a reader may
/// meet the sequence as the next writer has just made it, with a plain store, and is to see what the
/// last writer did. Without this fence C11 lets it miss that.
fn handover() {
    fence(Ordering::Release);
}
