// SPDX-License-Identifier: GPL-2.0

//! Why a lock was not had. Each converts to the kernel's error, so that `?` does in a driver.

/// A signal ended a wait before its condition came true. C: `-EINTR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// The VMA has as many readers as it can have: `VM_REFCNT_LIMIT` was reached. C: `-EAGAIN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyReaders;

/// Why a VMA was not read-locked, though the mmap lock was at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockVmaError {
    /// A fatal signal came during the wait for the mmap lock. C: `-EINTR`.
    Interrupted,
    /// See [`TooManyReaders`]. C: `-EAGAIN`.
    TooManyReaders,
}

impl From<Interrupted> for LockVmaError {
    #[inline]
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

impl From<TooManyReaders> for LockVmaError {
    #[inline]
    fn from(_: TooManyReaders) -> Self {
        Self::TooManyReaders
    }
}

/// Why `vma_start_read` did not lock. Neither is an error that a driver hands on: the one asks for
/// another way, the other for another look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartReadError {
    /// The VMA is write-locked, at its limit, or belongs to another mm by now: take the mmap lock
    /// instead. C: `NULL`.
    Contended,
    /// The VMA was detached after it had been found: look again. C: `-EAGAIN`.
    Detached,
}

#[cfg(not(feature = "host"))]
mod errno {
    use super::{
        Interrupted,
        LockVmaError,
        TooManyReaders, //
    };
    use kernel::error::{
        code::{
            EAGAIN,
            EINTR, //
        },
        Error, //
    };

    impl From<Interrupted> for Error {
        #[inline]
        fn from(_: Interrupted) -> Self {
            EINTR
        }
    }

    impl From<TooManyReaders> for Error {
        #[inline]
        fn from(_: TooManyReaders) -> Self {
            EAGAIN
        }
    }

    impl From<LockVmaError> for Error {
        #[inline]
        fn from(error: LockVmaError) -> Self {
            match error {
                LockVmaError::Interrupted => Interrupted.into(),
                LockVmaError::TooManyReaders => TooManyReaders.into(),
            }
        }
    }
}
