// SPDX-License-Identifier: GPL-2.0

//! What went through the Rust bodies since the module was loaded, in debugfs `rust_vma_swap/`.

use crate::glue;
use core::{
    fmt,
    sync::atomic::{
        compiler_fence,
        Ordering, //
    },
};
use kernel::{
    debugfs::{
        Dir,
        File, //
    },
    prelude::*, //
};

/// One of the events that `swap.h` names.
#[derive(Clone, Copy)]
pub(crate) struct Event(glue::rust_vma_swap_event);

impl Event {
    /// VMAs read-locked.
    pub(crate) const READS: Self = Self(glue::RUST_VMA_SWAP_READS);
    /// Not read-locked: none there, or the caller has to take the mmap lock.
    pub(crate) const READ_FAILURES: Self = Self(glue::RUST_VMA_SWAP_READ_FAILURES);
    /// Write locks taken.
    pub(crate) const WRITES: Self = Self(glue::RUST_VMA_SWAP_WRITES);
    /// Write locks given up for a fatal signal.
    pub(crate) const WRITES_INTERRUPTED: Self = Self(glue::RUST_VMA_SWAP_WRITES_INTERRUPTED);
    /// Detaches that met a reader.
    pub(crate) const SLOW_DETACHES: Self = Self(glue::RUST_VMA_SWAP_SLOW_DETACHES);

    /// Counts one; never as a tail call, see the bodies.
    #[inline(always)]
    pub(crate) fn count(self) {
        // SAFETY: The number is one of the events.
        unsafe { glue::rust_vma_swap_count(self.0) }
        compiler_fence(Ordering::SeqCst);
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: The number is one of the events.
        fmt::Display::fmt(&unsafe { glue::rust_vma_swap_sum(self.0) }, f)
    }
}

/// The files; they are gone when this is.
#[pin_data]
pub(crate) struct Files {
    _dir: Dir,
    #[pin]
    reads: File<Event>,
    #[pin]
    read_failures: File<Event>,
    /// Of the failures: a writer or detacher excluded readers.
    #[pin]
    reads_excluded: File<Event>,
    /// The VMA found was detached by then; looked for again.
    #[pin]
    reads_detached: File<Event>,
    /// Of the failures: a count was taken and given back.
    #[pin]
    reads_backed_off: File<Event>,
    /// Of those: the VMA belonged to another mm by then.
    #[pin]
    reads_in_other_mm: File<Event>,
    #[pin]
    writes: File<Event>,
    #[pin]
    writes_interrupted: File<Event>,
    #[pin]
    slow_detaches: File<Event>,
    /// Times that a writer or detacher went to sleep.
    #[pin]
    sleeps: File<Event>,
    /// Times that a reader in Rust woke one.
    #[pin]
    wakeups: File<Event>,
}

impl Files {
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        let dir = Dir::new(c"rust_vma_swap");

        try_pin_init!(Self {
            reads <- dir.read_only_file(c"reads", Event::READS),
            read_failures <- dir.read_only_file(c"read_failures", Event::READ_FAILURES),
            reads_excluded <- dir.read_only_file(
                c"reads_excluded",
                Event(glue::RUST_VMA_SWAP_READS_EXCLUDED),
            ),
            reads_detached <- dir.read_only_file(
                c"reads_detached",
                Event(glue::RUST_VMA_SWAP_READS_DETACHED),
            ),
            reads_backed_off <- dir.read_only_file(
                c"reads_backed_off",
                Event(glue::RUST_VMA_SWAP_READS_BACKED_OFF),
            ),
            reads_in_other_mm <- dir.read_only_file(
                c"reads_in_other_mm",
                Event(glue::RUST_VMA_SWAP_READS_IN_OTHER_MM),
            ),
            writes <- dir.read_only_file(c"writes", Event::WRITES),
            writes_interrupted <- dir.read_only_file(
                c"writes_interrupted",
                Event::WRITES_INTERRUPTED,
            ),
            slow_detaches <- dir.read_only_file(c"slow_detaches", Event::SLOW_DETACHES),
            sleeps <- dir.read_only_file(c"sleeps", Event(glue::RUST_VMA_SWAP_SLEEPS)),
            wakeups <- dir.read_only_file(c"wakeups", Event(glue::RUST_VMA_SWAP_WAKEUPS)),
            _dir: dir,
        })
    }
}
