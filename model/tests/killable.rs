// SPDX-License-Identifier: GPL-2.0

//! A killable writer, and SIGKILL at any point.

use crate::{
    readers::reader,
    world::*, //
};

#[test]
fn killed_writer_and_reader() {
    let (locked, interrupted) = (Seen::default(), Seen::default());

    explore("killed_writer_and_reader", Search::Preemptions(4), {
        let (locked, interrupted) = (locked.clone(), interrupted.clone());
        move || {
            let (mm, vma) = Mm::with_vma();
            let reader = reader(&mm);
            let writer = Kthread::run({
                let (mm, locked, interrupted) = (mm.clone(), locked.clone(), interrupted.clone());
                move || {
                    let done = mm.mprotect_killable();

                    locked.note(done);
                    interrupted.note(!done);
                }
            });

            writer.task.kill();
            writer.join();
            reader.join();
            assert_eq!(word(&vma), 1, "the flag or a count was left behind");
            assert!(mm.fault(), "readers are still kept out");
            assert!(mm.munmap());
        }
    });
    locked.assert("the writer is first");
    interrupted.assert("the signal is first");
}

/// The condition is tested before the signal.
#[test]
fn no_reader_beats_sigkill() {
    explore("no_reader_beats_sigkill", Search::All, || {
        let (mm, _vma) = Mm::with_vma();
        let writer = Kthread::run({
            let mm = mm.clone();
            move || assert!(mm.mprotect_killable(), "interrupted without a need to wait")
        });

        writer.task.kill();
        writer.join();
    });
}
