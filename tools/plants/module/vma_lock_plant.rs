// SPDX-License-Identifier: GPL-2.0

//! Planted bugs, in the manner of `lkdtm`: does this kernel notice?
//!
//! Writing `wrong NAME` to debugfs `vma_lock_plant/provoke` makes one of the mistakes that can be
//! made with VMA locks, on an mm that no process has. `right NAME` does the same without the
//! mistake, and then nothing may be reported. `tools/plants/run` does both.
//!
//! | name | mistake | who reports it |
//! |---|---|---|
//! | `use_after_free` | a look at the VMA after the count was dropped (H3) | KASAN |
//! | `data_race` | the VMA's range copied without its lock | KCSAN |
//! | `lock_inversion` | VMA lock, then mmap lock (H8) | lockdep |
//! | `leaked_lock` | back to user space with a VMA locked (H6) | lockdep |
//! | `sleep_in_atomic` | memory allocated under RCU | `DEBUG_ATOMIC_SLEEP` |
//! | `not_write_locked` | a VMA attached that is not write-locked | `DEBUG_VM` |
//! | `put_of_detached` | a count dropped that is not there | `refcount_t` |
//! | `shift` | the flag at bit 32 | UBSAN |

use core::slice;
use kernel::{
    error::from_result,
    ffi::{
        c_char,
        c_int, //
    },
    prelude::*, //
};

mod abi;
mod bugs;
mod race;
#[path = "../../lib/synthetic_mm/synthetic_mm.rs"]
mod synthetic_mm;

module! {
    type: VmaLockPlant,
    name: "vma_lock_plant",
    authors: ["vma_lock developers"],
    description: "Per-VMA lock in Rust: planted bugs",
    license: "GPL",
}

/// Whether a bug is made or left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Wrong,
    Right,
}

type Bug = fn(Way) -> Result;

const BUGS: &[(&str, Bug)] = &[
    ("use_after_free", bugs::use_after_free),
    ("data_race", race::data_race),
    ("lock_inversion", bugs::lock_inversion),
    ("leaked_lock", bugs::leaked_lock),
    ("sleep_in_atomic", bugs::sleep_in_atomic),
    ("not_write_locked", bugs::not_write_locked),
    ("put_of_detached", bugs::put_of_detached),
    ("shift", bugs::shift),
];

struct VmaLockPlant;

impl kernel::Module for VmaLockPlant {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // SAFETY: Called once.
        unsafe { abi::vma_lock_plant_create_file() };
        Ok(Self)
    }
}

impl Drop for VmaLockPlant {
    fn drop(&mut self) {
        // SAFETY: Called once, after the above.
        unsafe { abi::vma_lock_plant_remove_file() };
    }
}

/// Called by `file.c`.
///
/// # Safety
///
/// `text` is `len` bytes long.
#[no_mangle]
unsafe extern "C" fn vma_plant_provoke(text: *const c_char, len: usize) -> c_int {
    // SAFETY: By the contract above.
    let text = unsafe { slice::from_raw_parts(text.cast(), len) };

    from_result(|| provoke(text.trim_ascii_end()).map(|()| 0))
}

/// `EINVAL`: not "wrong" or "right" and a name of the table.
fn provoke(text: &[u8]) -> Result {
    let (way, name) = match (text.strip_prefix(b"wrong "), text.strip_prefix(b"right ")) {
        (Some(name), _) => (Way::Wrong, name),
        (_, Some(name)) => (Way::Right, name),
        _ => return Err(EINVAL),
    };
    let (_, bug) = BUGS
        .iter()
        .find(|(known, _)| known.as_bytes() == name)
        .ok_or(EINVAL)?;

    bug(way)
}
