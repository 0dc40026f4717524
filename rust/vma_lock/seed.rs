// SPDX-License-Identifier: GPL-2.0

//! The names and forms from before Linux 7.0, those of the patch that this library began with: for
//! code that is older, and to compare.

use crate::{
    error::Interrupted,
    exclude::{
        VmaExcludeReadersState, //
        __vma_end_exclude_readers,
        __vma_start_exclude_readers,
    },
    read::__vma_refcount_put_return,
    sys::{
        TaskState,
        VmaRaw, //
    }, //
};

pub use crate::refcnt::__vma_are_readers_excluded as are_readers_excluded;

/// [`__vma_refcount_put_return`] in the form of the seed patch: returns whether the VMA is now
/// detached, and the new count in `refcnt`.
///
/// # Safety
///
/// As for [`__vma_refcount_put_return`].
#[inline]
#[must_use]
pub unsafe fn __vma_refcount_put(vma: &VmaRaw, refcnt: Option<&mut i32>) -> bool {
    // SAFETY: The caller vouches for the same.
    let newcnt = unsafe { __vma_refcount_put_return(vma) };

    if let Some(refcnt) = refcnt {
        *refcnt = newcnt as i32;
    }
    newcnt == 0
}

/// [`__vma_start_exclude_readers`] as it was before Linux 7.0: whether readers are excluded is the
/// result, false says that the VMA is detached.
///
/// # Safety
///
/// As for [`__vma_start_exclude_readers`].
///
/// # Errors
///
/// [`Interrupted`] as there; but if giving back the flag left the VMA detached, that is the answer
/// and not an error.
pub unsafe fn __vma_enter_locked(
    vma: &VmaRaw,
    detaching: bool,
    state: TaskState,
) -> Result<bool, Interrupted> {
    let mut ves = VmaExcludeReadersState::new(vma, state, detaching);

    // SAFETY: The caller vouches for the same.
    match unsafe { __vma_start_exclude_readers(&mut ves) } {
        Err(Interrupted) if !ves.detached => Err(Interrupted),
        _ => Ok(ves.exclusive),
    }
}

/// [`__vma_end_exclude_readers`] as it was before Linux 7.0; returns whether the VMA is now
/// detached.
///
/// # Safety
///
/// [`__vma_enter_locked`] said true for `vma`, and the mmap write lock has been held since.
#[must_use]
pub unsafe fn __vma_exit_locked(vma: &VmaRaw) -> bool {
    let mut ves = VmaExcludeReadersState::new(vma, TaskState::Uninterruptible, false);

    // SAFETY: The flag was added by __vma_enter_locked().
    unsafe { __vma_end_exclude_readers(&mut ves) };
    ves.detached
}
