// SPDX-License-Identifier: GPL-2.0

//! Readers beside a writer.

use crate::world::*;
use std::rc::Rc;
use vma_lock::sys::{
    Task,
    VmaRaw, //
};

/// A task that reads the VMA of `mm` once.
pub fn reader(mm: &Rc<Mm>) -> Kthread {
    let mm = mm.clone();

    Kthread::run(move || {
        mm.fault();
    })
}

/// A writer beside `N` readers, each started by `reader`.
pub fn writer_and_readers<const N: usize>(
    name: &str,
    search: Search,
    reader: fn(&Rc<Mm>, &Rc<VmaRaw>) -> Kthread,
) {
    let slept = Seen::default();

    explore(name, search, {
        let slept = slept.clone();
        move || {
            let (mm, vma) = Mm::with_vma();
            let readers = [(); N].map(|()| reader(&mm, &vma));

            mm.mprotect();
            slept.note(Task::current().sleeps() > 0);
            for reader in readers {
                reader.join();
            }
            assert_eq!(word(&vma), 1, "the flag or a count was left behind");
        }
    });
    slept.assert("the writer sleeps");
}

/// No barrier is missing: all interleavings.
#[test]
fn writer_and_reader() {
    writer_and_readers::<1>("writer_and_reader", Search::All, |mm, _| reader(mm));
}

/// The last reader wakes, whichever it is.
#[test]
fn writer_and_two_readers() {
    writer_and_readers::<2>("writer_and_two_readers", Search::Preemptions(3), |mm, _| {
        reader(mm)
    });
}

/// A writer becomes a reader without letting another writer in between.
#[test]
fn downgraded_writer_and_writer() {
    explore("downgraded_writer_and_writer", Search::All, || {
        let (mm, vma) = Mm::with_vma();
        let writer = Kthread::run({
            let mm = mm.clone();
            move || mm.mprotect()
        });

        mm.mprotect_then_read();
        writer.join();
        assert_eq!(word(&vma), 1, "the flag or a count was left behind");
    });
}

/// A wakeup for nothing: the writer looks again, and sleeps again.
#[test]
fn spurious_wakeup() {
    let slept_twice = Seen::default();

    explore("spurious_wakeup", Search::Preemptions(4), {
        let slept_twice = slept_twice.clone();
        move || {
            let (mm, vma) = Mm::with_vma();
            let reader = reader(&mm);
            let waker = Kthread::run({
                let mm = mm.clone();
                move || {
                    vma_lock::sys::MmRaw::vma_writer_wait(&mm).wake_up();
                }
            });

            mm.mprotect();
            slept_twice.note(Task::current().sleeps() > 1);
            reader.join();
            waker.join();
            assert_eq!(word(&vma), 1, "the flag or a count was left behind");
        }
    });
    slept_twice.assert("the writer is woken too early");
}
