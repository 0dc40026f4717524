// SPDX-License-Identifier: GPL-2.0

//! Models of the protocol: each test is a handful of tasks, of which loom runs every interleaving.

mod alone;
mod detach;
mod killable;
mod leaving;
mod readers;
#[path = "../../../rust/vma_lock/sys/refcount_table.rs"]
mod refcount_table;
mod reuse;
mod word;
mod world;
