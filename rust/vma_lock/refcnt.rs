// SPDX-License-Identifier: GPL-2.0

//! The word of the protocol, `vm_area_struct::vm_refcnt`: what its values mean.
//!
//! Everything here is pure: no VMA is touched. The comment at `vm_refcnt` in the C header is the
//! other half of this file.
//!
//! C header: [`include/linux/mm_types.h`](srctree/include/linux/mm_types.h)

use core::fmt;

pub use crate::sys::{
    VM_REFCNT_EXCLUDE_READERS_FLAG,
    VM_REFCNT_LIMIT, //
};

// What the code below, and all who read it, take for granted. A kernel that says otherwise has
// another protocol.
const _: () = {
    assert!(
        VM_REFCNT_EXCLUDE_READERS_FLAG == 1 << 30,
        "vma_lock: this kernel's VM_REFCNT_EXCLUDE_READERS_FLAG is not bit 30: \
         compare include/linux/mm_types.h with rust/vma_lock/refcnt.rs"
    );
    assert!(
        VM_REFCNT_LIMIT == VM_REFCNT_EXCLUDE_READERS_FLAG - 1,
        "vma_lock: this kernel's VM_REFCNT_LIMIT is not VM_REFCNT_EXCLUDE_READERS_FLAG - 1: \
         a reader could slip in while readers are excluded"
    );
};

/// Whether `refcnt`, a count that a decrement has just returned, says that readers are excluded.
///
/// With one writer waiting on an attached VMA and no reader left the count is FLAG + 1; with one
/// detaching it is FLAG. For a detacher FLAG + 1 still means one reader, so the answer may be true
/// too early: the detacher is woken, looks again and goes back to sleep.
///
/// The argument is C's `int`, the comparison is unsigned: a saturated (negative) count is not
/// "excluded". Until the series of January 2026 C compared signed and said otherwise.
///
/// C: `__vma_are_readers_excluded`, in the series of January 2026 `are_readers_excluded`, before it
/// `is_vma_writer_only`, in [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h).
///
/// # Examples
///
/// ```
/// use vma_lock::{VM_REFCNT_EXCLUDE_READERS_FLAG as FLAG, __vma_are_readers_excluded};
///
/// assert!(!__vma_are_readers_excluded(1));
/// assert!(__vma_are_readers_excluded(FLAG as i32));
/// assert!(__vma_are_readers_excluded(FLAG as i32 + 1));
/// assert!(!__vma_are_readers_excluded(FLAG as i32 + 2));
/// ```
#[inline]
#[must_use]
pub const fn __vma_are_readers_excluded(refcnt: i32) -> bool {
    const DETACHING: u32 = VM_REFCNT_EXCLUDE_READERS_FLAG;
    const ATTACHED: u32 = VM_REFCNT_EXCLUDE_READERS_FLAG + 1;

    // C asks for the flag, then for the limit; a range is the same in one comparison.
    matches!(refcnt as u32, DETACHING..=ATTACHED)
}

/// What a value of `vm_refcnt` means.
///
/// # Examples
///
/// ```
/// use vma_lock::RefcntState;
///
/// assert_eq!(RefcntState::from_word(0), RefcntState::Detached);
/// assert_eq!(RefcntState::from_word(3), RefcntState::Readers(2));
/// assert_eq!(RefcntState::from_word(0x4000_0002), RefcntState::Excluding(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefcntState {
    /// 0: detached. Only `vma_mark_attached` raises it, under the mmap write lock.
    Detached,
    /// 1: attached and unlocked, or write-locked if the sequences of VMA and mm are equal.
    Attached,
    /// 1 + this many readers, some of them perhaps about to back off.
    Readers(u32),
    /// FLAG + this many: a writer or detacher excludes readers. On an attached VMA one of them
    /// stands for the VMA itself.
    Excluding(u32),
    /// Negative as a signed number: `refcount_t` has saturated, and said so in the log.
    Saturated,
}

impl RefcntState {
    /// Reads the state off the word.
    #[must_use]
    pub const fn from_word(refcnt: u32) -> Self {
        match refcnt {
            0 => Self::Detached,
            1 => Self::Attached,
            2..=VM_REFCNT_LIMIT => Self::Readers(refcnt.wrapping_sub(1)),
            _ if refcnt as i32 > 0 => Self::Excluding(refcnt ^ VM_REFCNT_EXCLUDE_READERS_FLAG),
            _ => Self::Saturated,
        }
    }
}

impl fmt::Display for RefcntState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Detached => f.write_str("detached"),
            Self::Attached => f.write_str("attached"),
            Self::Readers(n) => write!(f, "attached, readers: {n}"),
            Self::Excluding(n) => write!(f, "excluding readers, count left: {n}"),
            Self::Saturated => f.write_str("saturated"),
        }
    }
}
