// SPDX-License-Identifier: GPL-2.0

//! The life of an object: whoever touches it must be ordered before its free.
//!
//! It is loom's race detector that judges, by happens-before: a touch and a free that nothing
//! orders are found in whichever order they ran.

use super::rcu;
use loom::cell::UnsafeCell;
use std::{
    panic::{
        catch_unwind,
        AssertUnwindSafe, //
    },
    rc::Rc, //
};

/// When an object may be freed under those who look at it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// At once: its last reference is the last look.
    Plain,
    /// `SLAB_TYPESAFE_BY_RCU`: it may go, and come back as another of its kind, but under RCU it can
    /// be looked at.
    TypesafeByRcu,
}

/// Shared by all parts of one object.
#[derive(Clone)]
pub(super) struct Life(Rc<Inner>);

struct Inner {
    kind: &'static str,
    memory: Memory,
    alive: UnsafeCell<bool>,
}

impl Life {
    pub(super) fn new(kind: &'static str, memory: Memory) -> Self {
        Self(Rc::new(Inner {
            kind,
            memory,
            alive: UnsafeCell::new(true),
        }))
    }

    /// Somebody reads or writes `what` of the object.
    #[track_caller]
    pub(super) fn touch(&self, what: &str) {
        let Inner {
            kind,
            memory,
            alive,
        } = &*self.0;

        if *memory == Memory::TypesafeByRcu && rcu::is_held() {
            return;
        }

        let alive = named(
            // SAFETY: loom panics if there is a writer.
            || alive.with(|alive| unsafe { *alive }),
            || format!("use after free: {what} of {kind}, while it is freed"),
        );
        assert!(alive, "use after free: {what} of {kind}, freed");
    }

    /// The object is freed.
    pub(super) fn free(&self) {
        self.set(false, "freed");
    }

    /// The object comes back from its cache.
    pub(super) fn alloc(&self) {
        self.set(true, "allocated");
    }

    fn set(&self, alive: bool, verb: &str) {
        let kind = self.0.kind;
        let was = named(
            // SAFETY: loom panics if there is anybody else.
            || self.0.alive.with_mut(|cell| unsafe { cell.replace(alive) }),
            || format!("use after free: {kind} is {verb} while it is used"),
        );

        assert_ne!(was, alive, "{kind} is {verb} twice");
    }
}

/// Runs `access`, a look at a cell of loom's; if loom finds a race, says which one it is.
#[track_caller]
pub(super) fn named<T>(access: impl FnOnce() -> T, race: impl FnOnce() -> String) -> T {
    catch_unwind(AssertUnwindSafe(access)).unwrap_or_else(|_| panic!("{}", race()))
}
