// SPDX-License-Identifier: GPL-2.0

//! What went through the Rust bodies since the module was loaded: `/proc/PID/fdinfo/FD` of an open
//! `/dev/rust_vma_swap`.

use crate::glue;
use core::sync::atomic::{
    compiler_fence,
    Ordering, //
};
use kernel::{
    fs::File,
    miscdevice::{
        MiscDevice,
        MiscDeviceRegistration, //
    },
    prelude::*,
    seq_file::SeqFile,
    seq_print, //
};

/// One of the events that `swap.h` names.
#[derive(Clone, Copy)]
pub(crate) struct Event(glue::rust_vma_swap_event);

impl Event {
    /// VMAs read-locked.
    pub(crate) const READS: Self = Self(glue::RUST_VMA_SWAP_READS);
    /// Not read-locked: none there, or the caller has to take the mmap lock.
    pub(crate) const READ_FAILURES: Self = Self(glue::RUST_VMA_SWAP_READ_FAILURES);
    /// The same for `lock_next_vma`.
    pub(crate) const NEXT_READS: Self = Self(glue::RUST_VMA_SWAP_NEXT_READS);
    /// No more VMA, or given up.
    pub(crate) const NEXT_FAILURES: Self = Self(glue::RUST_VMA_SWAP_NEXT_FAILURES);
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

/// What is counted, in the order in which it is shown.
const COUNTERS: &[(&str, Event)] = &[
    ("reads", Event::READS),
    ("read_failures", Event::READ_FAILURES),
    ("next_reads", Event::NEXT_READS),
    ("next_failures", Event::NEXT_FAILURES),
    ("writes", Event::WRITES),
    ("writes_interrupted", Event::WRITES_INTERRUPTED),
    ("slow_detaches", Event::SLOW_DETACHES),
    // Times that a writer or detacher went to sleep.
    ("sleeps", Event(glue::RUST_VMA_SWAP_SLEEPS)),
    // Times that a reader in Rust woke one.
    ("wakeups", Event(glue::RUST_VMA_SWAP_WAKEUPS)),
];

/// What `windows.c` counts.
const WINDOW_COUNTERS: &[(&str, Event)] = if cfg!(helpers_called) {
    &[
        // Of the failures: a writer or detacher excluded readers.
        ("reads_excluded", Event(glue::RUST_VMA_SWAP_READS_EXCLUDED)),
        // The VMA found was detached by then; looked for again.
        ("reads_detached", Event(glue::RUST_VMA_SWAP_READS_DETACHED)),
        // Of the failures: a count was taken and given back.
        (
            "reads_backed_off",
            Event(glue::RUST_VMA_SWAP_READS_BACKED_OFF),
        ),
        // Of those: the VMA belonged to another mm by then.
        #[cfg(not(CONFIG_RUST_INLINE_HELPERS))]
        (
            "reads_in_other_mm",
            Event(glue::RUST_VMA_SWAP_READS_IN_OTHER_MM),
        ),
    ]
} else {
    &[]
};

/// `/dev/rust_vma_swap`, which is there for its fdinfo.
pub(crate) struct Device;

#[vtable]
impl MiscDevice for Device {
    type Ptr = ();

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result {
        #[cfg(not(misc_owner))]
        // SAFETY: This is `open`, of the only device.
        unsafe {
            crate::owner::hold_module(_file)?
        };
        Ok(())
    }

    fn show_fdinfo(_me: (), m: &SeqFile, _file: &File) {
        for (name, event) in Iterator::chain(COUNTERS.iter(), WINDOW_COUNTERS) {
            // SAFETY: The number is one of the events.
            seq_print!(m, "{name}:\t{}\n", unsafe {
                glue::rust_vma_swap_sum(event.0)
            });
        }
    }
}
