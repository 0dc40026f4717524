// SPDX-License-Identifier: GPL-2.0

//! Counters since the module was loaded, and its limit, in debugfs `rust_vma_lock/`.

use core::fmt;
use kernel::{
    debugfs::{
        Dir,
        File, //
    },
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
};

/// A number.
pub(crate) struct Counter(Atomic<u64>);

impl Counter {
    const fn new() -> Self {
        Self(Atomic::new(0))
    }

    pub(crate) fn inc(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    pub(crate) fn dec(&self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl fmt::Debug for &'static Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.load(Relaxed), f)
    }
}

/// VMAs that are read-locked right now.
pub(crate) static HELD: Counter = Counter::new();
/// VMAs that were read-locked and dropped again.
pub(crate) static HOLDS: Counter = Counter::new();
/// Holds that found a writer asleep when they dropped the lock.
pub(crate) static WRITERS_WOKEN: Counter = Counter::new();
/// Holds that a signal cut short.
pub(crate) static INTERRUPTED: Counter = Counter::new();

/// The files; they are gone when this is.
#[pin_data]
pub(crate) struct Files {
    _dir: Dir,
    #[pin]
    held: File<&'static Counter>,
    #[pin]
    holds: File<&'static Counter>,
    #[pin]
    writers_woken: File<&'static Counter>,
    #[pin]
    interrupted: File<&'static Counter>,
    #[pin]
    max_hold_ms: File<u32>,
}

impl Files {
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        let dir = Dir::new(c"rust_vma_lock");

        try_pin_init!(Self {
            held <- dir.read_only_file(c"held", &HELD),
            holds <- dir.read_only_file(c"holds", &HOLDS),
            writers_woken <- dir.read_only_file(c"writers_woken", &WRITERS_WOKEN),
            interrupted <- dir.read_only_file(c"interrupted", &INTERRUPTED),
            // Rust modules do not show their parameters in sysfs.
            max_hold_ms <- dir.read_only_file(c"max_hold_ms", crate::max_hold_ms()),
            _dir: dir,
        })
    }
}
