// SPDX-License-Identifier: GPL-2.0

//! A killable writer, and SIGKILL at any point.

use crate::{
    readers::reader,
    world::*, //
};
use vma_lock::sys::Task;

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

/// Who does not sleep killably waits on.
#[test]
fn sigkill_does_not_end_other_waits() {
    let slept = Seen::default();

    for detach in [false, true] {
        let name = format!("sigkill_and_{}", if detach { "detacher" } else { "writer" });

        explore(&name, Search::Preemptions(3), {
            let slept = slept.clone();
            move || {
                let (mm, vma) = Mm::with_vma();
                let reader = reader(&mm);
                let killed = Kthread::run({
                    let (mm, slept) = (mm.clone(), slept.clone());
                    move || {
                        if detach {
                            mm.munmap();
                        } else {
                            mm.mprotect();
                        }
                        slept.note(Task::current().sleeps() > 0);
                    }
                });

                killed.task.kill();
                killed.join();
                reader.join();
                assert_eq!(word(&vma), u32::from(!detach));
            }
        });
    }
    slept.assert("the task sleeps");
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
