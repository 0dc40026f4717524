// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! Flags that something else depends on are changed by those who see to it.
//! Attacks: the write guard; what goes along with a flag
//@ error[E0133]: call to unsafe function `WriteGuard::<'g, S>::vm_flags_mod`

use kernel::mm::virt::flags;
use vma_lock::safe::{Attached, WriteGuard};

/// Pages that nobody has put there.
pub fn change(vma: &mut WriteGuard<'_, Attached>) -> bool {
    #[cfg(misuse)]
    vma.vm_flags_mod(flags::MIXEDMAP, flags::NONE);
    vma.set_dontcopy();
    vma.flags() & flags::DONTCOPY != 0
}
