// SPDX-License-Identifier: GPL-2.0

//! Readers beside a writer.

use crate::world::*;

#[test]
fn writer_and_reader() {
    explore("writer_and_reader", Search::All, || {
        let (mm, vma) = Mm::with_vma();
        let reader = Kthread::run({
            let mm = mm.clone();
            move || {
                mm.fault();
            }
        });

        mm.mprotect(&vma);
        reader.join();
        assert_eq!(vma.vm_refcnt().read(), 1);
    });
}

#[test]
fn writer_and_two_readers() {
    explore("writer_and_two_readers", Search::Preemptions(2), || {
        let (mm, vma) = Mm::with_vma();
        let readers = [(); 2].map(|()| {
            let mm = mm.clone();
            Kthread::run(move || {
                mm.fault();
            })
        });

        mm.mprotect(&vma);
        readers.map(Kthread::join);
        assert_eq!(vma.vm_refcnt().read(), 1);
    });
}
