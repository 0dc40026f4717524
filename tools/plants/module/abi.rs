// SPDX-License-Identifier: GPL-2.0

//! The C functions of `plant.h`, made by bindgen.

#![allow(missing_docs, unreachable_pub, dead_code)]
#![allow(clippy::all)]

use kernel::ffi;

include!(concat!(
    env!("VMA_LOCK_OBJTREE"),
    "/tools/plants/module/plant_generated.rs"
));
