// SPDX-License-Identifier: GPL-2.0

//! Models of the protocol: each test is a handful of tasks, of which loom runs every interleaving.

#[cfg(feature = "alone")]
mod alone;
#[cfg(feature = "detach")]
mod detach;
#[cfg(feature = "killable")]
mod killable;
#[cfg(feature = "leaving")]
mod leaving;
#[cfg(feature = "readers")]
mod readers;
#[cfg(feature = "word")]
#[path = "../../../rust/vma_lock/sys/refcount_table.rs"]
mod refcount_table;
#[cfg(feature = "reuse")]
mod reuse;
#[cfg(feature = "word")]
mod word;
#[cfg_attr(not(feature = "all"), allow(dead_code))]
mod world;
