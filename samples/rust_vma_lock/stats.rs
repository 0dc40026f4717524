// SPDX-License-Identifier: GPL-2.0

//! Counters since the module was loaded, and its limit: `/proc/PID/fdinfo/FD` of an open device.

use kernel::{
    seq_file::SeqFile,
    seq_print,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
};

/// VMAs that are read-locked right now.
pub(crate) static HELD: Atomic<u64> = Atomic::new(0);
/// VMAs that were read-locked and dropped again.
pub(crate) static HOLDS: Atomic<u64> = Atomic::new(0);
/// Holds that found a writer asleep when they dropped the lock.
pub(crate) static WRITERS_WOKEN: Atomic<u64> = Atomic::new(0);
/// Holds that a signal cut short.
pub(crate) static INTERRUPTED: Atomic<u64> = Atomic::new(0);

pub(crate) fn show(m: &SeqFile) {
    seq_print!(m, "held:\t{}\n", HELD.load(Relaxed));
    seq_print!(m, "holds:\t{}\n", HOLDS.load(Relaxed));
    seq_print!(m, "writers_woken:\t{}\n", WRITERS_WOKEN.load(Relaxed));
    seq_print!(m, "interrupted:\t{}\n", INTERRUPTED.load(Relaxed));
    // Rust modules do not show their parameters in sysfs.
    seq_print!(m, "max_hold_ms:\t{}\n", crate::max_hold_ms());
}
