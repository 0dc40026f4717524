// SPDX-License-Identifier: GPL-2.0

//! The C functions of `plant.h`, made by bindgen.

#![allow(missing_docs, unreachable_pub, dead_code, improper_ctypes)]
#![allow(clippy::all)]

use kernel::{
    bindings::{
        mm_struct,
        vm_area_struct, //
    },
    ffi, //
};

include!(concat!(
    env!("VMA_LOCK_OBJTREE"),
    "/tools/plants/module/plant_generated.rs"
));
