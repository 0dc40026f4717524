// SPDX-License-Identifier: GPL-2.0

//! What one task sees of each function: which lock it holds afterwards, what it is told, and who
//! warns. Where it takes another task for that, the order is given.

use crate::world::*;
use std::rc::Rc;
use vma_lock::{
    sys::{
        expect_warns,
        without_lockdep,
        MmRaw,
        RefcountExt,
        Task,
        VmaRaw, //
    },
    *, //
};

/// Runs `f` as a task.
fn alone(f: impl Fn() + Send + Sync + 'static) {
    loom::model(move || Task::new().run(&f));
}

/// How often the function warns.
fn warns(f: impl FnOnce()) -> u32 {
    expect_warns(f).1
}

/// Whether the current task holds the mmap lock, and whether for writing, by what the assertions say.
fn held(mm: &MmRaw) -> (bool, bool) {
    (
        warns(|| mmap_assert_locked(mm)) == 0,
        warns(|| mmap_assert_write_locked(mm)) == 0,
    )
}

const NOT: (bool, bool) = (false, false);
const READ: (bool, bool) = (true, false);
const WRITE: (bool, bool) = (true, true);

/// Runs `f` as another task, which comes to its end before this one goes on.
fn meanwhile(mm: &Rc<Mm>, f: fn(&MmRaw)) {
    let mm = mm.clone();

    Kthread::run(move || f(&mm)).join();
}

#[test]
fn mmap_lock_for_writing() {
    // SAFETY: Dropped below.
    let ways: [fn(&MmRaw); 3] = unsafe {
        [
            |mm| mmap_write_lock(mm),
            |mm| mmap_write_lock_nested(mm, 1),
            |mm| assert_eq!(mmap_write_lock_killable(mm), Ok(())),
        ]
    };

    for lock in ways {
        alone(move || {
            let mm = Mm::new();
            let before = mmap_lock_speculate_try_begin(&mm).expect("there is no writer");

            assert_eq!(held(&mm), NOT);
            assert!(!mmap_lock_speculate_retry(&mm, before), "no writer came");
            lock(&mm);
            assert_eq!(held(&mm), WRITE);
            assert_eq!(mmap_lock_speculate_try_begin(&mm), None);
            assert!(mmap_lock_speculate_retry(&mm, before), "a writer is there");
            // SAFETY: Taken above.
            unsafe { mmap_write_unlock(&mm) };
            assert_eq!(held(&mm), NOT);
            assert!(mmap_lock_speculate_try_begin(&mm).is_some(), "it is gone");
            assert!(mmap_lock_speculate_retry(&mm, before), "it was there");
        });
    }
}

#[test]
fn mmap_lock_for_reading() {
    // SAFETY: Dropped below.
    let ways: [fn(&MmRaw); 3] = unsafe {
        [
            |mm| mmap_read_lock(mm),
            |mm| assert_eq!(mmap_read_lock_killable(mm), Ok(())),
            |mm| assert!(mmap_read_trylock(mm)),
        ]
    };

    for lock in ways {
        alone(move || {
            let mm = Mm::new();

            lock(&mm);
            assert_eq!(held(&mm), READ);
            // SAFETY: Taken above.
            unsafe { mmap_read_unlock(&mm) };
            assert_eq!(held(&mm), NOT);
            // Nobody is left in it.
            mm.write(|| ());
        });
    }
}

/// What does not wait, or not any more, says so.
#[test]
fn mmap_lock_of_another() {
    alone(move || {
        let mm = Mm::new();

        mm.write(|| {
            // SAFETY: Never taken.
            meanwhile(&mm, |mm| unsafe {
                assert!(!mmap_read_trylock(mm));
                Task::current().kill();
                assert_eq!(mmap_read_lock_killable(mm), Err(Interrupted));
                assert_eq!(mmap_write_lock_killable(mm), Err(Interrupted));
                assert_eq!(held(mm), NOT);
            });
        });
    });
}

#[test]
fn mmap_lock_is_waited_for() {
    let waits = Seen::default();

    explore("mmap_lock_is_waited_for", Search::All, {
        let waits = waits.clone();
        move || {
            let mm = Mm::new();
            let mut other = None;

            assert!(!mmap_lock_is_contended(&mm));
            mm.write(|| {
                other = Some(Kthread::run({
                    let mm = mm.clone();
                    move || mm.write(|| ())
                }));
                waits.note(mmap_lock_is_contended(&mm));
            });
            other.unwrap().join();
            assert!(!mmap_lock_is_contended(&mm));
        }
    });
    waits.assert("the other one waits");
}

/// An mm's memory may have been another's.
#[test]
fn mm_lock_seq_begins_with_0() {
    alone(move || {
        let mm = Mm::new();

        mm.write(|| ());
        // SAFETY: Nobody else uses the mm.
        unsafe { mm_lock_seqcount_init(&mm) };
        assert_eq!(mm.mm_lock_seq().read(), 0);
    });
}

/// How often each assertion warns, on `vma` as it is.
fn assertions(vma: &VmaRaw) -> [u32; 6] {
    // SAFETY: A VMA and an mm of this test. That the lock is not held is what is to be reported.
    unsafe {
        [
            warns(|| vma_assert_attached(vma)),
            warns(|| vma_assert_detached(vma)),
            warns(|| vma_assert_write_locked(vma)),
            warns(|| vma_assert_locked(vma)),
            warns(|| vma_assert_stabilised(vma)),
            warns(|| vma_assert_can_modify(vma)),
        ]
    }
}

/// Where the mmap lock is not held for writing, the look at the sequence warns of that too.
#[test]
fn assertions_warn() {
    alone(move || {
        let (mm, vma) = Mm::with_vma();

        assert_eq!(assertions(&vma), [0, 1, 2, 2, 2, 2], "attached");
        mm.write(|| {
            assert_eq!(assertions(&vma), [0, 1, 1, 1, 0, 1], "mmap lock");
            // SAFETY: The mmap write lock is held.
            unsafe { vma_start_write(&vma) };
            assert_eq!(assertions(&vma), [0, 1, 0, 0, 0, 0], "write-locked");
        });

        let (found, rcu) = mm.find();
        assert!(mm.start_read(found.unwrap(), rcu));
        assert_eq!(assertions(&vma), [0, 1, 2, 0, 0, 2], "read-locked");
        // SAFETY: Locked above.
        unsafe { vma_end_read(&vma) };

        assert!(mm.munmap());
        vma.alloc(&mm);
        assert_eq!(assertions(&vma), [1, 0, 2, 2, 2, 0], "detached");
        mm.write(|| assert_eq!(assertions(&vma), [1, 0, 1, 1, 0, 0], "detached, mmap lock"));
    });
}

/// Without lockdep the word is all that tells of readers, whoever they are.
#[test]
fn assertions_without_lockdep() {
    /// Words, and how often `vma_assert_locked` warns on them, if nobody has write-locked the VMA.
    const ROWS: [(u32, u32); 5] = [
        (0, 2),
        (1, 1),
        (2, 0),
        (VM_REFCNT_EXCLUDE_READERS_FLAG, 0),
        (VM_REFCNT_EXCLUDE_READERS_FLAG + 1, 0),
    ];

    for (word, expected) in ROWS {
        alone(move || {
            let mm = Mm::new();
            let vma = VmaRaw::new(&mm);

            vma.vm_refcnt().set(word);
            mm.write(|| {
                // SAFETY: A VMA of this test, in this mm.
                let warned = without_lockdep(|| warns(|| unsafe { vma_assert_locked(&vma) }));

                assert_eq!(warned, expected, "vma_assert_locked on {word:#x}");
            });
        });
    }
}

/// A VMA that is made new is not write-locked; its count stays unless it is to be reset.
#[test]
fn vma_is_made_new() {
    for reset in [false, true] {
        alone(move || {
            let (_mm, vma) = Mm::with_vma();

            // SAFETY: Nobody else uses the VMA.
            unsafe { vma_lock_init(&vma, reset) };
            assert_eq!(vma.vm_lock_seq(), u32::MAX);
            assert_eq!(vma.vm_refcnt().read(), u32::from(!reset));
        });
    }
}
