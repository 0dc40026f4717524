// SPDX-License-Identifier: GPL-2.0

//! Ioctls whose argument is a structure that goes both ways.

use kernel::{
    prelude::*,
    transmute::{
        AsBytes,
        FromBytes, //
    },
    uaccess::{
        UserPtr,
        UserSlice, //
    },
};

/// Hands a copy of the user's structure to `f`, and writes it back whether `f` fails or not. No
/// user memory is touched while `f` runs, and so while a lock is held.
pub(crate) fn read_modify_write<T: AsBytes + FromBytes>(
    arg: usize,
    f: impl FnOnce(&mut T) -> Result,
) -> Result<isize> {
    let (mut reader, mut writer) =
        UserSlice::new(UserPtr::from_addr(arg), size_of::<T>()).reader_writer();
    let mut value = reader.read()?;
    let ret = f(&mut value);

    writer.write(&value)?;
    ret.map(|()| 0)
}

/// Says of structures that they may be copied from and to user space, byte by byte. All fields are
/// named: that they may be, and leave no holes through which the stack would show, is checked.
macro_rules! copied {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        const _: () = {
            // None is left out, or there twice.
            let _ = |$name { $($field: _),+ }: &$name| ();

            assert!(
                size_of::<$name>() == 0 $(+ $crate::ioctl::size_of_field(|s: &$name| &s.$field))+
            );
        };

        // SAFETY: Its fields are, and there is nothing between them.
        unsafe impl kernel::transmute::FromBytes for $name {}
        // SAFETY: As above.
        unsafe impl kernel::transmute::AsBytes for $name {}
    )+};
}
pub(crate) use copied;

/// For [`copied`].
pub(crate) const fn size_of_field<S, T: AsBytes + FromBytes>(_: fn(&S) -> &T) -> usize {
    size_of::<T>()
}
