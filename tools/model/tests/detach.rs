// SPDX-License-Identifier: GPL-2.0

//! A VMA is detached and freed beside readers and other writers.

use crate::{
    readers::reader,
    world::*, //
};
use vma_lock::sys::Task;

fn detacher_and_readers<const N: usize>(name: &str, search: Search) {
    let slow = Seen::default();

    explore(name, search, {
        let slow = slow.clone();
        move || {
            let (mm, vma) = Mm::with_vma();
            let readers = [(); N].map(|()| reader(&mm));

            assert!(mm.munmap());
            slow.note(Task::current().sleeps() > 0);
            for reader in readers {
                reader.join();
            }
            assert_eq!(word(&vma), 0);
        }
    });
    slow.assert("the detacher sleeps");
}

#[test]
fn detacher_and_reader() {
    detacher_and_readers::<1>("detacher_and_reader", Search::All);
}

#[test]
fn detacher_and_two_readers() {
    detacher_and_readers::<2>("detacher_and_two_readers", Search::Preemptions(2));
}

/// One rcuwait serves the writer and then the detacher, or the other way round.
#[test]
fn writer_detacher_and_reader() {
    explore("writer_detacher_and_reader", Search::Preemptions(3), || {
        let (mm, vma) = Mm::with_vma();
        let reader = reader(&mm);
        let writer = Kthread::run({
            let mm = mm.clone();
            move || mm.mprotect()
        });

        assert!(mm.munmap());
        reader.join();
        writer.join();
        assert_eq!(word(&vma), 0);
    });
}

/// Of two detachers one does it.
#[test]
fn two_detachers_and_reader() {
    explore("two_detachers_and_reader", Search::Preemptions(3), || {
        let (mm, vma) = Mm::with_vma();
        let other = Seen::default();
        let reader = reader(&mm);
        let detacher = Kthread::run({
            let (mm, other) = (mm.clone(), other.clone());
            move || other.note(mm.munmap())
        });
        let own = mm.munmap();

        reader.join();
        detacher.join();
        assert_eq!(u32::from(own) + other.count(), 1, "not detached once");
        assert_eq!(word(&vma), 0);
    });
}
