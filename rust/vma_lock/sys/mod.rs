// SPDX-License-Identifier: GPL-2.0

//! All that differs between the kernel and the host, and all calls of foreign code.
//!
//! Both worlds have the same names with the same meaning, so that the protocol files above compile
//! unchanged against either. No protocol decision is made here.

mod refcount;
pub use self::refcount::RefcountExt;

#[cfg(not(feature = "host"))]
mod kernel;
#[cfg(not(feature = "host"))]
pub use kernel::*;

#[cfg(feature = "host")]
mod host;
#[cfg(feature = "host")]
pub use host::*;
