// SPDX-License-Identifier: GPL-2.0

//! Readers that hold the VMA when others come, and leave: who drops the last count, who is woken.
//!
//! Their coming is left out, so that all orders of three tasks can be searched; for the detacher,
//! who does more, all with a few preemptions.

use crate::{
    readers::writer_and_readers,
    world::*, //
};
use std::{
    cell::Cell,
    rc::Rc, //
};
use vma_lock::{
    sys::{
        RefcountExt,
        Task,
        TaskState,
        VmaRaw, //
    },
    *, //
};

/// A reader that has read-locked the VMA of `mm`.
fn inside(mm: &Rc<Mm>, vma: &Rc<VmaRaw>) -> Kthread {
    let (found, rcu) = mm.find();

    assert!(mm.start_read(found.unwrap(), rcu));
    Kthread::run_holding(vma, {
        let mm = mm.clone();
        // SAFETY: The lock taken above is this task's now.
        move |vma| unsafe { mm.read_and_end(vma) }
    })
}

/// A reader that has counted itself in, and has seen since that the VMA is write-locked: `leave` drops
/// the count.
fn too_late_to(vma: &Rc<VmaRaw>, leave: impl FnOnce(&VmaRaw) + 'static) -> Kthread {
    let (counted, _) = vma
        .vm_refcnt()
        .inc_not_zero_limited_acquire(VM_REFCNT_LIMIT);

    assert!(counted);
    vma.lockdep_acquire_read();
    Kthread::run_holding(vma, leave)
}

/// The same, and it leaves as readers do.
fn too_late(vma: &Rc<VmaRaw>) -> Kthread {
    // SAFETY: The count is this task's; a model keeps its mm.
    too_late_to(vma, |vma| unsafe { vma_refcount_put(vma) })
}

#[test]
fn writer_and_two_leaving_readers() {
    writer_and_readers::<2>("writer_and_two_leaving_readers", Search::All, inside);
}

#[test]
fn detacher_and_two_leaving_readers() {
    let slept = Seen::default();

    explore(
        "detacher_and_two_leaving_readers",
        Search::Preemptions(5),
        {
            let slept = slept.clone();
            move || {
                let (mm, vma) = Mm::with_vma();
                let mut readers = None;

                mm.munmap_beside(|| readers = Some([(); 2].map(|()| too_late(&vma))));
                slept.note(Task::current().sleeps() > 0);
                for reader in readers.unwrap() {
                    reader.join();
                }
                assert_eq!(word(&vma), 0);
            }
        },
    );
    slept.assert("the detacher sleeps");
}

/// The flag is given back by a writer that was killed, while readers leave.
#[test]
fn killed_writer_and_two_leaving_readers() {
    let interrupted = Seen::default();

    explore("killed_writer_and_two_leaving", Search::All, {
        let interrupted = interrupted.clone();
        move || {
            let (mm, vma) = Mm::with_vma();
            let readers = [(); 2].map(|()| inside(&mm, &vma));
            let writer = Task::current();

            writer.kill();
            interrupted.note(!mm.mprotect_killable());
            for reader in readers {
                reader.join();
            }
            assert_eq!(word(&vma), 1, "the flag or a count was left behind");
        }
    });
    interrupted.assert("the signal is first");
}

/// The functions of before Linux 7.0 say the same: whether readers were excluded, whether the VMA
/// is detached.
#[test]
fn enter_and_exit_locked() {
    let (excluded, gone) = (Seen::default(), Seen::default());

    explore("enter_and_exit_locked", Search::All, {
        let (excluded, gone) = (excluded.clone(), gone.clone());
        move || {
            let (mm, vma) = Mm::with_vma();
            let mut reader = None;

            // SAFETY: The mmap write lock is held; the VMA is attached, and its count is dropped
            // once.
            mm.write(|| unsafe {
                vma_start_write(&vma);
                assert_eq!(
                    __vma_enter_locked(&vma, false, TaskState::Uninterruptible),
                    Ok(true)
                );
                assert!(
                    !__vma_exit_locked(&vma),
                    "an attached VMA is said to be detached"
                );

                reader = Some(too_late(&vma));
                let detached = __vma_refcount_put(&vma, None);
                let locked = __vma_enter_locked(&vma, true, TaskState::Uninterruptible);

                assert!(!detached || locked == Ok(false));
                if locked == Ok(true) {
                    assert!(
                        __vma_exit_locked(&vma),
                        "a detached VMA is said to be attached"
                    );
                }
                excluded.note(locked == Ok(true));
                gone.note(locked == Ok(false));
            });
            reader.unwrap().join();
            assert_eq!(word(&vma), 0);
        }
    });
    excluded.assert("the reader is waited for");
    gone.assert("the reader is gone first");
}

/// The same if a signal ends the wait: that is an error, unless the reader has left while the flag was
/// up, so that giving it back has detached the VMA.
#[test]
fn enter_locked_killed() {
    let (interrupted, gone) = (Seen::default(), Seen::default());

    explore("enter_locked_killed", Search::All, {
        let (interrupted, gone) = (interrupted.clone(), gone.clone());
        move || {
            let (mm, vma) = Mm::with_vma();
            let left_behind = Rc::new(Cell::new(None));
            let (mut reader, mut result) = (None, Ok(false));

            // SAFETY: The mmap write lock is held; the VMA is attached, and its count is dropped
            // once.
            mm.write(|| unsafe {
                vma_start_write(&vma);
                reader = Some(too_late_to(&vma, {
                    let left_behind = left_behind.clone();
                    move |vma| {
                        let mut refcnt = 0;

                        vma.lockdep_release_read();
                        let _ = __vma_refcount_put(vma, Some(&mut refcnt));
                        left_behind.set(Some(refcnt as u32));
                    }
                }));
                let _ = __vma_refcount_put(&vma, None);
                Task::current().kill();
                result = __vma_enter_locked(&vma, true, TaskState::Killable);
                match result {
                    Ok(true) => assert!(__vma_exit_locked(&vma)),
                    Ok(false) => assert_eq!(word(&vma), 0, "said to be detached"),
                    Err(Interrupted) => {}
                }
            });
            reader.unwrap().join();

            let beside_flag = left_behind.get() == Some(VM_REFCNT_EXCLUDE_READERS_FLAG);
            assert!(
                result.is_ok() || !beside_flag,
                "detached, said to be attached"
            );
            interrupted.note(result.is_err());
            gone.note(result == Ok(false) && beside_flag);
            assert_eq!(word(&vma), 0);
        }
    });
    interrupted.assert("the signal is first");
    gone.assert("the reader leaves beside the flag, and the signal is first all the same");
}
