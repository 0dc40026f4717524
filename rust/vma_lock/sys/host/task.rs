// SPDX-License-Identifier: GPL-2.0

//! Tasks: a thread of loom's each, with a state, a run queue's lock and a pending SIGKILL.
//!
//! Sleeping and waking are those of `kernel/sched/core.c`, reduced to one task: a waker that finds
//! the task running changes nothing, so a wakeup that comes too early is lost, and a task that
//! nobody can wake any more is a deadlock, which loom reports.

use super::{
    history::record,
    lockdep::Held, //
};
use loom::sync::{
    atomic::{
        fence,
        AtomicBool,
        AtomicU32,
        Ordering::{
            Relaxed,
            SeqCst, //
        }, //
    },
    Condvar,
    Mutex, //
};
use std::{
    cell::{
        Cell,
        OnceCell, //
    },
    rc::Rc, //
};

/// C: `TASK_RUNNING`, `TASK_UNINTERRUPTIBLE`, `TASK_WAKEKILL`.
const RUNNING: u32 = 0;
const UNINTERRUPTIBLE: u32 = 0x2;
const WAKEKILL: u32 = 0x100;

/// The state in which a task sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum TaskState {
    /// C: `TASK_UNINTERRUPTIBLE`.
    Uninterruptible = UNINTERRUPTIBLE,

    /// C: `TASK_KILLABLE`.
    Killable = WAKEKILL | UNINTERRUPTIBLE,
}

/// A `task_struct`.
pub struct Task {
    state: AtomicU32,
    sigkill: AtomicBool,
    rq_lock: Mutex<()>,
    runnable: Condvar,
    pub(super) held: Held,
    pub(super) rcu_depth: Cell<u32>,
    sleeps: Cell<u32>,
    id: u32,
}

thread_local! {
    static NEXT_ID: Cell<u32> = const { Cell::new(0) };
}

loom::thread_local! {
    static CURRENT: OnceCell<Rc<Task>> = OnceCell::new();
}

impl Task {
    /// A task that does not run yet.
    pub fn new() -> Rc<Self> {
        Rc::new(Self {
            state: AtomicU32::new(RUNNING),
            sigkill: AtomicBool::new(false),
            rq_lock: Mutex::new(()),
            runnable: Condvar::new(),
            held: Held::default(),
            rcu_depth: Cell::new(0),
            sleeps: Cell::new(0),
            id: NEXT_ID.replace(NEXT_ID.get() + 1),
        })
    }

    /// C: `current`.
    pub fn current() -> Rc<Self> {
        CURRENT.with(|current| current.get_or_init(Self::new).clone())
    }

    /// Its number within the run.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// The next task will be the first one of a run.
    pub(super) fn restart_ids() {
        NEXT_ID.set(0);
    }

    /// How often it has given up the CPU to wait.
    pub fn sleeps(&self) -> u32 {
        self.sleeps.get()
    }

    /// Runs `f` as this task, in the current thread. It must end with nothing held.
    pub fn run(self: &Rc<Self>, f: impl FnOnce()) {
        CURRENT.with(|current| {
            assert!(
                current.set(self.clone()).is_ok(),
                "the thread already is a task"
            );
        });
        f();
        assert!(
            self.held.is_empty(),
            "lockdep: a task ends with a lock held"
        );
        assert_eq!(self.rcu_depth.get(), 0, "a task ends with RCU held");
    }

    /// Sends SIGKILL. C: `send_sig(SIGKILL, p, 1)`.
    pub fn kill(&self) {
        record("kill task", self.id);
        self.sigkill.store(true, Relaxed);
        self.try_to_wake_up(WAKEKILL);
    }

    /// C: `wake_up_process`.
    pub fn wake_up_process(&self) -> bool {
        self.try_to_wake_up(UNINTERRUPTIBLE)
    }

    fn try_to_wake_up(&self, mask: u32) -> bool {
        let _rq = self.rq_lock.lock().unwrap();

        fence(SeqCst); // smp_mb__after_spinlock()
        let state = self.state.load(Relaxed);

        record("wake a task in state", state);
        if state & mask == 0 {
            return false;
        }
        self.state.store(RUNNING, Relaxed);
        self.runnable.notify_one();
        true
    }
}

/// C: `set_current_state`.
pub fn set_current_state(state: TaskState) {
    record("set_current_state", state as u32);
    Task::current().state.store(state as u32, Relaxed);
    barrier_a();
}

/// Barrier (A): the registration as a waiter and the state, before the look at the condition. Pairs
/// with barrier (B) in [`super::RcuWait::wake_up`].
fn barrier_a() {
    fence(SeqCst);
}

/// C: `__set_current_state(TASK_RUNNING)`.
pub(super) fn set_running() {
    Task::current().state.store(RUNNING, Relaxed);
}

/// C: `signal_pending_state`.
pub fn signal_pending_state(state: TaskState) -> bool {
    would_wake(state as u32)
}

/// Whether a signal is pending that ends a sleep in `state`.
fn would_wake(state: u32) -> bool {
    state & WAKEKILL != 0 && fatal_signal_pending()
}

/// C: `fatal_signal_pending`.
pub(super) fn fatal_signal_pending() -> bool {
    Task::current().sigkill.load(Relaxed)
}

/// C: `schedule`.
pub fn schedule() {
    let task = Task::current();
    assert_eq!(task.rcu_depth.get(), 0, "sleeps under RCU");
    let mut rq = task.rq_lock.lock().unwrap();

    fence(SeqCst); // smp_mb__after_spinlock()
    loop {
        let state = task.state.load(Relaxed);

        if state == RUNNING {
            return;
        }
        if would_wake(state) {
            task.state.store(RUNNING, Relaxed);
            return;
        }
        record("sleep in state", state);
        task.sleeps.set(task.sleeps.get() + 1);
        rq = task.runnable.wait(rq).unwrap();
    }
}
