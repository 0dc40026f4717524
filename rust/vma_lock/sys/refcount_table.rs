// SPDX-License-Identifier: GPL-2.0

//! What each operation of the protocol makes of each boundary word.
//!
//! One table for both worlds, so that they cannot drift apart. It belongs to no build of the
//! library: whoever checks a world takes it in by `#[path]`, with the crate `vma_lock` at hand.

use vma_lock::sys::{
    Refcount,
    RefcountExt,
    VM_REFCNT_EXCLUDE_READERS_FLAG as FLAG,
    VM_REFCNT_LIMIT as LIMIT, //
};

/// An operation, with the argument that the protocol gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `__refcount_dec_and_test`, of a reader or detacher.
    Put,
    /// `__refcount_inc_not_zero_limited_acquire`, of a reader.
    StartRead,
    /// `refcount_add_not_zero`, of a writer or detacher.
    Exclude,
    /// `refcount_sub_and_test`, of a writer or detacher.
    EndExclude,
}

/// One line: word before, operation, what it returns, word after, whether it warns.
pub type Row = (u32, Op, bool, u32, bool);

/// What `refcount_t` leaves behind when it warns.
const SATURATED: u32 = 0xc000_0000;

use Op::*;

/// The table.
pub const TABLE: &[Row] = &[
    (0, Put, false, SATURATED, true),
    (1, Put, true, 0, false),
    (2, Put, false, 1, false),
    (LIMIT - 1, Put, false, 0x3fff_fffd, false),
    (LIMIT, Put, false, 0x3fff_fffe, false),
    (FLAG, Put, false, 0x3fff_ffff, false),
    (FLAG + 1, Put, false, 0x4000_0000, false),
    (FLAG + 2, Put, false, 0x4000_0001, false),
    (0x7fff_ffff, Put, false, 0x7fff_fffe, false),
    (0x8000_0000, Put, false, SATURATED, true),
    (0xbfff_ffff, Put, false, SATURATED, true),
    (0xc000_0000, Put, false, SATURATED, true),
    (0xc000_0001, Put, false, SATURATED, true),
    (0xffff_ffff, Put, false, SATURATED, true),
    (0, StartRead, false, 0, false),
    (1, StartRead, true, 2, false),
    (2, StartRead, true, 3, false),
    (LIMIT - 1, StartRead, true, 0x3fff_ffff, false),
    (LIMIT, StartRead, false, 0x3fff_ffff, false),
    (FLAG, StartRead, false, 0x4000_0000, false),
    (FLAG + 1, StartRead, false, 0x4000_0001, false),
    (FLAG + 2, StartRead, false, 0x4000_0002, false),
    (0x7fff_ffff, StartRead, false, 0x7fff_ffff, false),
    // Here LIMIT - word wraps below 0, ...
    (0x8000_0000, StartRead, false, 0x8000_0000, false),
    (0xbfff_ffff, StartRead, false, 0xbfff_ffff, false),
    // ... from here on it does not.
    (0xc000_0000, StartRead, true, SATURATED, true),
    (0xc000_0001, StartRead, true, SATURATED, true),
    (0xffff_ffff, StartRead, true, SATURATED, true),
    (0, Exclude, false, 0, false),
    (1, Exclude, true, 0x4000_0001, false),
    (2, Exclude, true, 0x4000_0002, false),
    (LIMIT - 1, Exclude, true, 0x7fff_fffe, false),
    (LIMIT, Exclude, true, 0x7fff_ffff, false),
    (FLAG, Exclude, true, SATURATED, true),
    (FLAG + 1, Exclude, true, SATURATED, true),
    (FLAG + 2, Exclude, true, SATURATED, true),
    (0x7fff_ffff, Exclude, true, SATURATED, true),
    (0x8000_0000, Exclude, true, SATURATED, true),
    (0xbfff_ffff, Exclude, true, SATURATED, true),
    (0xc000_0000, Exclude, true, SATURATED, true),
    (0xc000_0001, Exclude, true, SATURATED, true),
    (0xffff_ffff, Exclude, true, SATURATED, true),
    (0, EndExclude, false, SATURATED, true),
    (1, EndExclude, false, SATURATED, true),
    (2, EndExclude, false, SATURATED, true),
    (LIMIT - 1, EndExclude, false, SATURATED, true),
    (LIMIT, EndExclude, false, SATURATED, true),
    (FLAG, EndExclude, true, 0, false),
    (FLAG + 1, EndExclude, false, 1, false),
    (FLAG + 2, EndExclude, false, 2, false),
    (0x7fff_ffff, EndExclude, false, 0x3fff_ffff, false),
    (0x8000_0000, EndExclude, false, SATURATED, true),
    (0xbfff_ffff, EndExclude, false, SATURATED, true),
    (0xc000_0000, EndExclude, false, SATURATED, true),
    (0xc000_0001, EndExclude, false, SATURATED, true),
    (0xffff_ffff, EndExclude, false, SATURATED, true),
];

/// Does `op` on `word`; returns its result, and the old word where it tells.
pub fn apply(op: Op, word: &Refcount) -> (bool, Option<u32>) {
    match op {
        Put => {
            let (zero, old) = word.dec_and_test_old();
            (zero, Some(old))
        }
        StartRead => {
            let (done, old) = word.inc_not_zero_limited_acquire(LIMIT);
            (done, Some(old))
        }
        Exclude => (word.add_not_zero(FLAG), None),
        EndExclude => (word.sub_and_test(FLAG), None),
    }
}
