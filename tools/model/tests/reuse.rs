// SPDX-License-Identifier: GPL-2.0

//! A reader finds a VMA, which is then freed and used again (`SLAB_TYPESAFE_BY_RCU`).

use crate::world::*;

/// By another mm, which exits: its rcuwait must not be touched after the free (CVE-2025-38554).
#[test]
fn reuse_by_other_mm() {
    explore("reuse_by_other_mm", Search::All, || {
        let (mm, vma) = Mm::with_vma();
        // The reader has found it already.
        let (found, rcu) = mm.find();
        let others = Kthread::run({
            let (mm, vma) = (mm.clone(), vma.clone());
            move || {
                assert!(mm.munmap());
                let other = Mm::new();

                other.mmap_reused(&vma);
                other.exit();
            }
        });

        mm.read(found.unwrap(), rcu);
        others.join();
        assert_eq!(word(&vma), 0);
    });
}

/// By the same mm: whoever can lock it sees all of it.
#[test]
fn reuse_by_same_mm() {
    let new = Seen::default();

    explore("reuse_by_same_mm", Search::All, {
        let new = new.clone();
        move || {
            let (mm, vma) = Mm::with_vma();
            let (found, rcu) = mm.find();
            let writer = Kthread::run({
                let (mm, vma) = (mm.clone(), vma.clone());
                move || {
                    assert!(mm.munmap());
                    mm.mmap_reused(&vma);
                }
            });

            new.note(mm.read(found.unwrap(), rcu));
            writer.join();
            assert_eq!(word(&vma), 1);
        }
    });
    new.assert("the reader locks it");
}
