// SPDX-License-Identifier: GPL-2.0

//! A file in debugfs, by the kernel crate: `files_rust/file`.

use kernel::{
    debugfs::{
        Dir,
        File, //
    },
    prelude::*, //
};

module! {
    type: Files,
    name: "files_rust",
    authors: ["vma_lock developers"],
    description: "A file in debugfs",
    license: "GPL",
}

struct Files {
    _file: Pin<KBox<File<u32>>>,
}

impl kernel::Module for Files {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let dir = Dir::new(c"files_rust");
        let file = KBox::pin_init(dir.read_only_file(c"file", 1), GFP_KERNEL)?;
        Ok(Self { _file: file })
    }
}
