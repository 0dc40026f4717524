// SPDX-License-Identifier: GPL-2.0

//! `/dev/vma_lock`: the per-VMA lock in Rust, at work on the VMAs of the process that asks.
//!
//! The ioctls stand in `rust_vma_lock.h`. The smallest client:
//!
//! ```c
//! #include <fcntl.h>
//! #include <stdio.h>
//! #include <sys/ioctl.h>
//! #include "rust_vma_lock.h"
//!
//! int main(void)
//! {
//!         // Any address of this program will do.
//!         struct vma_lock_hold hold = { .addr = (unsigned long)main };
//!         int fd = open("/dev/vma_lock", O_RDWR);
//!
//!         if (fd < 0 || ioctl(fd, VMA_LOCK_HOLD, &hold)) {
//!                 perror("/dev/vma_lock");
//!                 return 1;
//!         }
//!         printf("%llx-%llx: vm_refcnt %u while held\n",
//!                hold.vm_start, hold.vm_end, hold.refcnt_locked);
//!         return 0;
//! }
//! ```

use core::borrow::Borrow;
use kernel::{
    fs::File,
    miscdevice::{
        MiscDevice,
        MiscDeviceOptions,
        MiscDeviceRegistration, //
    },
    prelude::*,
    seq_file::SeqFile, //
};

mod abi;
mod hold;
mod ioctl;
#[cfg(not(misc_owner))]
#[path = "../owner.rs"]
mod owner;
mod stats;

module! {
    type: RustVmaLock,
    name: "rust_vma_lock",
    authors: ["vma_lock developers"],
    description: "Per-VMA lock in Rust: sample driver",
    license: "GPL",
    params: {
        max_hold_ms: u32 {
            default: 10000,
            description: "Longest time to hold a lock, in ms, at most 60000 (default 10000)",
        },
    },
}

/// Beyond this the hung task detector would speak up about the writers that wait.
const MAX_HOLD_MS: u32 = 60_000;

#[pin_data]
struct RustVmaLock {
    #[pin]
    _miscdev: MiscDeviceRegistration<Device>,
}

impl kernel::InPlaceModule for RustVmaLock {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _: {
                let max = max_hold_ms();
                if max > MAX_HOLD_MS {
                    pr_err!("max_hold_ms={max}: expected 0 to {MAX_HOLD_MS}\n");
                    return Err(EINVAL);
                }
            },
            _miscdev <- MiscDeviceRegistration::register(MiscDeviceOptions { name: c"vma_lock" }),
        })
    }
}

/// An open file. There is nothing to remember about it.
struct Device;

#[vtable]
impl MiscDevice for Device {
    type Ptr = ();

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result {
        #[cfg(not(misc_owner))]
        // SAFETY: This is `open`, of the only device.
        unsafe {
            owner::hold_module(_file)?
        };
        Ok(())
    }

    fn ioctl(_me: (), _file: &File, cmd: u32, arg: usize) -> Result<isize> {
        match cmd {
            abi::HOLD => ioctl::read_modify_write(arg, hold::hold),
            abi::NEXT => ioctl::read_modify_write(arg, hold::next),
            _ => Err(ENOTTY),
        }
    }

    fn show_fdinfo(_me: (), m: &SeqFile, _file: &File) {
        stats::show(m);
    }
}

/// The limit in force for holds, in ms.
fn max_hold_ms() -> u32 {
    // By value or, before Linux 7.3, by reference.
    *Borrow::<u32>::borrow(&module_parameters::max_hold_ms.value())
}
