// SPDX-License-Identifier: GPL-2.0

//! The word and what the operations make of it: no tasks, so no interleavings.

use crate::{
    refcount_table::{
        apply,
        Op,
        TABLE, //
    },
    world::Mm, //
};
use proptest::prelude::*;
use vma_lock::{
    sys::{
        expect_warns,
        rcu,
        VmaRaw, //
    },
    *, //
};

const FLAG: u32 = 1 << 30;

/// Does `ops`, one after the other, on `word`; says of each what it returned, the old word, the word
/// after it and how often it warned.
fn run(word: u32, ops: &[Op]) -> Vec<(bool, Option<u32>, u32, u32)> {
    let (send, results) = std::sync::mpsc::channel();
    let ops = ops.to_vec();

    loom::model(move || {
        let mm = Mm::new();
        let vma = VmaRaw::new(&mm);

        vma.vm_refcnt().set(word);
        for &op in &ops {
            let ((ret, old), warns) = expect_warns(|| apply(op, vma.vm_refcnt()));

            send.send((ret, old, vma.refcnt(), warns)).unwrap();
        }
    });
    results.into_iter().collect()
}

#[test]
fn table() {
    for &(word, op, ret, after, warns) in TABLE {
        let (got_ret, old, got_after, got_warns) = run(word, &[op])[0];

        assert_eq!(
            (got_ret, got_after, got_warns != 0),
            (ret, after, warns),
            "{op:?} on {word:#x}: returned, word after, warned"
        );
        assert_eq!(old.unwrap_or(word), word, "{op:?} on {word:#x}: old word");
    }
}

/// The predicate, stated another way, on every word.
#[test]
fn readers_excluded_on_every_word() {
    for word in 0..=u32::MAX {
        let exactly = word == FLAG || word == FLAG + 1;

        assert_eq!(are_readers_excluded(word as i32), exactly, "{word:#x}");
    }
}

/// Until January 2026 the comparison was signed: other on all words with the flag that are negative.
#[test]
fn signed_predicate_differs_on_saturated_words() {
    let signed = |word: i32| word & FLAG as i32 != 0 && word <= FLAG as i32 + 1;

    for word in 0..=u32::MAX {
        assert_eq!(
            are_readers_excluded(word as i32) != signed(word as i32),
            word >= 0xc000_0000,
            "{word:#x}"
        );
    }
}

/// The new count is the old one less 1, and no subtraction panics.
#[test]
fn put_returns_the_new_count() {
    for &(word, ..) in TABLE.iter().filter(|(_, op, ..)| *op == Op::Put) {
        loom::model(move || {
            let mm = Mm::new();
            let vma = VmaRaw::new(&mm);
            let mut refcnt = 0;

            vma.vm_refcnt().set(word);
            // SAFETY: A VMA of this test, whose count is what the test says.
            let (new, _) = expect_warns(|| unsafe { __vma_refcount_put_return(&vma) });
            assert_eq!(new, word.wrapping_sub(1), "put on {word:#x}");

            vma.vm_refcnt().set(word);
            // SAFETY: As above.
            let (zero, _) = expect_warns(|| unsafe { __vma_refcount_put(&vma, Some(&mut refcnt)) });
            assert_eq!(zero, word == 1, "put on {word:#x}");
            assert_eq!(refcnt as u32, new, "put on {word:#x}");
        });
    }
}

/// A detached VMA is looked for again; at the limit, or beside a writer, the mmap lock is better.
#[test]
fn start_read_says_why_not() {
    for (word, expected) in [
        (0, Some(StartReadError::Detached)),
        (1, None),
        (FLAG - 2, None),
        (FLAG - 1, Some(StartReadError::Contended)),
        (FLAG, Some(StartReadError::Contended)),
        (FLAG + 1, Some(StartReadError::Contended)),
    ] {
        loom::model(move || {
            let mm = Mm::new();
            let vma = VmaRaw::new(&mm);

            vma.vm_refcnt().set(word);
            // SAFETY: A VMA of this test, in this mm.
            let got = unsafe { vma_start_read(&mm, &vma, rcu::read_lock()) }.err();
            assert_eq!(got, expected, "start_read on {word:#x}");
        });
    }
}

/// The word that stands for a state.
fn encode(state: RefcntState) -> Option<u32> {
    match state {
        RefcntState::Detached => Some(0),
        RefcntState::Attached => Some(1),
        RefcntState::Readers(n) => Some(1 + n),
        RefcntState::Excluding(n) => Some(FLAG + n),
        RefcntState::Saturated => None,
    }
}

/// What a driver's log says.
#[test]
fn state_as_text() {
    for (word, text) in [
        (0, "detached"),
        (1, "attached"),
        (3, "attached, readers: 2"),
        (FLAG + 2, "excluding readers, count left: 2"),
        (1 << 31, "saturated"),
    ] {
        assert_eq!(RefcntState::from_word(word).to_string(), text, "{word:#x}");
    }
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        Just(Op::Put),
        Just(Op::StartRead),
        Just(Op::Exclude),
        Just(Op::EndExclude)
    ]
}

/// Words, most of them near a boundary.
fn any_word() -> impl Strategy<Value = u32> {
    let near = |at: u32| (-3i32..=3).prop_map(move |by| at.wrapping_add_signed(by));

    prop_oneof![
        any::<u32>(),
        near(0),
        near(FLAG),
        near(1 << 31),
        near(0xc000_0000)
    ]
}

/// `op` in whole numbers, which do not wrap: what it returns, the word after it, whether it warns.
fn reference(op: Op, word: u32) -> (bool, u32, bool) {
    let (old, flag) = (i64::from(word as i32), i64::from(FLAG));
    let (skipped, ret, new) = match op {
        Op::Put => (false, old == 1, old - 1),
        // Words so low that LIMIT - old is no int are refused as well.
        Op::StartRead => {
            let room = old < flag - 1 && flag - 1 - old <= i64::from(i32::MAX);
            (old == 0 || !room, true, old + 1)
        }
        Op::Exclude => (old == 0, true, old + flag),
        Op::EndExclude => (false, old == flag, old - flag),
    };
    let taken = matches!(op, Op::Put | Op::EndExclude);

    if skipped {
        (false, word, false)
    } else if old < 0 || (taken && old == 0) || !(0..=i64::from(i32::MAX)).contains(&new) {
        (ret, 0xc000_0000, true)
    } else {
        (ret, new as u32, false)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn state_round_trip(word in any_word()) {
        match encode(RefcntState::from_word(word)) {
            Some(encoded) => prop_assert_eq!(encoded, word),
            None => prop_assert!((word as i32) < 0),
        }
    }

    #[test]
    fn operations_as_in_whole_numbers(
        start in any_word(),
        ops in proptest::collection::vec(any_op(), 1..12),
    ) {
        let mut word = start;

        for (&op, (ret, old, after, warns)) in ops.iter().zip(run(start, &ops)) {
            prop_assert_eq!(old.unwrap_or(word), word);
            prop_assert_eq!((ret, after, warns != 0), reference(op, word));
            word = after;
        }
    }
}
