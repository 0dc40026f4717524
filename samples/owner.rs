// SPDX-License-Identifier: GPL-2.0

//! Keeps this module loaded for as long as a file of its device is open, for kernels whose
//! miscellaneous devices in Rust have no owner (`Kbuild.probe`). There it could be unloaded under
//! an open file, and the next call on that file runs into freed memory.

use core::{
    cell::UnsafeCell,
    mem::MaybeUninit, //
};
use kernel::{
    bindings,
    fs::File,
    prelude::*, //
};

/// The operations of the device, with an owner.
struct Owned(UnsafeCell<MaybeUninit<bindings::file_operations>>);

// SAFETY: Written once, by the first `open`, and only read from then on.
unsafe impl Sync for Owned {}

static OWNED: Owned = Owned(UnsafeCell::new(MaybeUninit::zeroed()));

/// Makes `file` hold a reference to this module, which `__fput` or a failing open drops, after the
/// last call into it.
///
/// # Safety
///
/// Called only from `MiscDevice::open`, with its file, and for one device of this module.
pub(crate) unsafe fn hold_module(file: &File) -> Result {
    let module = crate::THIS_MODULE.as_ptr();
    let owned = OWNED.0.get().cast::<bindings::file_operations>();

    // SAFETY: This module is there: it runs. It cannot be gone before we are through, because its
    // exit waits for `misc_mtx`, which `misc_open` holds.
    if !unsafe { bindings::try_module_get(module) } {
        return Err(ENODEV);
    }
    // SAFETY: With `misc_mtx` held nobody else is here. All zero is a valid `file_operations`, and
    // as long as it is that, no file has it. `file` is being opened, and nobody else's yet.
    unsafe {
        if (*owned).owner.is_null() {
            *owned = bindings::file_operations {
                owner: module,
                ..*(*file.as_ptr()).f_op
            };
        }
        (*file.as_ptr()).f_op = owned;
    }
    Ok(())
}
