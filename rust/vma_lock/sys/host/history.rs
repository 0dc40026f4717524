// SPDX-License-Identifier: GPL-2.0

//! What happened in a run, so that one that fails can be told.

use super::Task;
use std::{
    cell::RefCell,
    fmt::Write as _, //
};

thread_local! {
    /// Task, operation, value. loom runs all tasks of a model in one thread.
    static HISTORY: RefCell<Vec<(u32, &'static str, u32)>> = const { RefCell::new(Vec::new()) };
}

/// The current task did `what`, and saw or stored `value`.
pub(super) fn record(what: &'static str, value: u32) {
    let task = Task::current().id();

    HISTORY.with_borrow_mut(|history| history.push((task, what, value)));
}

/// A new run begins.
pub fn start_history() {
    HISTORY.with_borrow_mut(Vec::clear);
    Task::restart_ids();
}

/// The run so far, a line for each operation, a column for each task.
pub fn take_history() -> String {
    let mut text = String::new();

    for (task, what, value) in HISTORY.take() {
        let indent = 24 * task as usize;

        // Writing to a string does not fail.
        let _ = writeln!(text, "{:indent$}{task}: {what} {value:#x}", "");
    }
    text
}
