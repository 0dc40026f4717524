// SPDX-License-Identifier: GPL-2.0

//! KUnit tests of the library: what one task can see, in the kernel that this is loaded into.
//!
//! They run at `insmod`, if the kernel has `CONFIG_KUNIT=y` and KUnit is on (`kunit.enable=1
//! kunit.autorun=1`); the results are in the kernel log and in debugfs `kunit/`.

use kernel::prelude::*;

#[path = "../../rust/vma_lock/sys/refcount_table.rs"]
#[allow(unreachable_pub)] // of the models as well
mod refcount_table;
#[path = "../../tools/lib/synthetic_mm/synthetic_mm.rs"]
mod synthetic_mm;
mod vma;
mod word;

module! {
    type: VmaLockKunit,
    name: "vma_lock_kunit",
    authors: ["vma_lock developers"],
    description: "Per-VMA lock in Rust: KUnit tests",
    license: "GPL",
}

/// KUnit finds the tests by itself.
struct VmaLockKunit;

impl kernel::Module for VmaLockKunit {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        Ok(Self)
    }
}
