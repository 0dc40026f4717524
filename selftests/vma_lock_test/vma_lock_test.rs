// SPDX-License-Identifier: GPL-2.0

//! `/dev/vma_lock_test`: what the tests need and a driver must not do.
//!
//! Real VMAs of the caller are held, dropped by C or by Rust, and not dropped properly; VMAs that no
//! process has are given any word and any state. The ioctls stand in `vma_lock_test.h`.

use kernel::{
    fs::File,
    miscdevice::{
        MiscDevice,
        MiscDeviceOptions,
        MiscDeviceRegistration, //
    },
    prelude::*,
    seq_file::SeqFile,
    seq_print,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
};

mod abi;
mod attack;
mod guards;
mod hold;
#[path = "../../samples/rust_vma_lock/ioctl.rs"]
mod ioctl;
mod overtake;
#[cfg(not(misc_owner))]
#[path = "../../samples/owner.rs"]
mod owner;
mod put;
mod refcnt_ops;
mod reuse;
mod seed;
mod side;
mod synthetic;
#[path = "../../tools/lib/synthetic_mm/synthetic_mm.rs"]
mod synthetic_mm;
mod wait;
mod walk;
mod write;

module! {
    type: VmaLockTest,
    name: "vma_lock_test",
    authors: ["vma_lock developers"],
    description: "Per-VMA lock in Rust: tests",
    license: "GPL",
}

/// VMAs that `VMA_TEST_HOLD` holds right now. Tests wait for it, in fdinfo.
static HELD: Atomic<u32> = Atomic::new(0);

/// `VMA_TEST_OP` that are at the function itself, and so wait for nothing but readers. Likewise.
static WRITING: Atomic<u32> = Atomic::new(0);

#[pin_data]
struct VmaLockTest {
    #[pin]
    _miscdev: MiscDeviceRegistration<Device>,
}

impl kernel::InPlaceModule for VmaLockTest {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            _miscdev <- MiscDeviceRegistration::register(MiscDeviceOptions {
                name: c"vma_lock_test",
            }),
        })
    }
}

/// An open file.
#[pin_data]
struct Device {
    #[pin]
    synthetic: synthetic::Synthetic,
}

#[vtable]
impl MiscDevice for Device {
    type Ptr = Pin<KBox<Self>>;

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result<Self::Ptr> {
        #[cfg(not(misc_owner))]
        // SAFETY: This is `open`, of the only device.
        unsafe {
            owner::hold_module(_file)?
        };
        KBox::try_pin_init(
            try_pin_init!(Self { synthetic <- synthetic::Synthetic::new() }),
            GFP_KERNEL,
        )
    }

    fn ioctl(me: Pin<&Self>, _file: &File, cmd: u32, arg: usize) -> Result<isize> {
        match cmd {
            abi::HOLD => ioctl::read_modify_write(arg, |hold| hold::hold(hold, &me.synthetic)),
            abi::OP => ioctl::read_modify_write(arg, |op| me.synthetic.op(op)),
            abi::GUARDS => ioctl::read_modify_write(arg, guards::guards),
            abi::ATTACK => ioctl::read_modify_write(arg, attack::attack),
            abi::WALK => ioctl::read_modify_write(arg, walk::walk),
            _ => Err(ENOTTY),
        }
    }

    fn show_fdinfo(_me: Pin<&Self>, m: &SeqFile, _file: &File) {
        seq_print!(m, "held:\t{}\n", HELD.load(Relaxed));
        seq_print!(m, "writing:\t{}\n", WRITING.load(Relaxed));
    }
}

/// The error of that number: not each has a name in the kernel crate of each version.
fn error(errno: u32) -> Error {
    Error::from_errno(-(errno as i32))
}
