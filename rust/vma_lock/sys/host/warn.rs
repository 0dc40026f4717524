// SPDX-License-Identifier: GPL-2.0

//! `WARN`: ends the model, unless the model has announced it.

use std::cell::Cell;

thread_local! {
    /// How many have come since they were announced; `None` if they were not. loom runs all tasks
    /// of a model in one thread.
    static EXPECTED: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Runs `f`, in which warnings are expected; returns how many there were as well.
pub fn expect_warns<T>(f: impl FnOnce() -> T) -> (T, u32) {
    EXPECTED.set(Some(0));
    let ret = f();

    (ret, EXPECTED.take().unwrap_or(0))
}

/// C: `WARN`.
#[track_caller]
pub(crate) fn report(what: &str) {
    match EXPECTED.get() {
        Some(n) => EXPECTED.set(Some(n + 1)),
        None => panic!("WARN: {what}"),
    }
}

/// C: `WARN_ON_ONCE`, except that it is not once.
macro_rules! warn_on_once {
    ($cond:expr) => {{
        let cond = $cond;
        if cond {
            $crate::sys::report(stringify!($cond));
        }
        cond
    }};
}
pub(crate) use warn_on_once;

/// C: `VM_WARN_ON_ONCE`; the host is a `CONFIG_DEBUG_VM` kernel.
macro_rules! vm_warn_on_once {
    ($cond:expr) => {
        $crate::sys::warn_on_once!($cond);
    };
}
pub(crate) use vm_warn_on_once;

/// C: `VM_WARN_ON_ONCE_VMA`; the history tells of the VMA.
macro_rules! vm_warn_on_once_vma {
    ($cond:expr, $vma:expr) => {
        $crate::sys::warn_on_once!($cond);
    };
}
pub(crate) use vm_warn_on_once_vma;
