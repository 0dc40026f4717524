// SPDX-License-Identifier: GPL-2.0

//! Lockdep annotations of a VMA lock; nothing is left of them without `CONFIG_LOCKDEP`.
//!
//! C header: [`include/linux/mmap_lock.h`](srctree/include/linux/mmap_lock.h)

use super::VmaRaw;

macro_rules! annotations {
    ($($(#[$doc:meta])* $name:ident => $helper:ident;)*) => {
        impl VmaRaw {
            $(
                $(#[$doc])*
                #[inline(always)]
                pub(crate) fn $name(&self) {
                    #[cfg(any(CONFIG_LOCKDEP, vma_lock_steps))]
                    // SAFETY: `self` is a valid `vm_area_struct`.
                    unsafe { super::bindings::$helper(self.as_ptr()) }
                }
            )*
        }
    };
}

annotations! {
    /// Makes the lockdep map new. C: `lockdep_init_map` in `vma_lock_init`.
    lockdep_init => __vma_lockdep_init;

    /// A shared trylock succeeded. C: `__vma_lockdep_acquire_read`.
    lockdep_acquire_read => __vma_lockdep_acquire_read;

    /// The shared lock is about to be dropped. C: `__vma_lockdep_release_read`.
    lockdep_release_read => __vma_lockdep_release_read;

    /// About to wait for the exclusive lock. C: `__vma_lockdep_acquire_exclusive`.
    lockdep_acquire_exclusive => __vma_lockdep_acquire_exclusive;

    /// The exclusive lock is dropped. C: `__vma_lockdep_release_exclusive`.
    lockdep_release_exclusive => __vma_lockdep_release_exclusive;

    /// The wait for the exclusive lock is over. C: `__vma_lockdep_stat_mark_acquired`.
    lockdep_stat_mark_acquired => __vma_lockdep_stat_mark_acquired;
}

impl VmaRaw {
    /// Whether the current task holds the VMA lock, as far as lockdep tracks it; `None` without
    /// lockdep. C: `lock_is_held`.
    #[inline(always)]
    pub(crate) fn lockdep_is_held(&self) -> Option<bool> {
        #[cfg(CONFIG_LOCKDEP)]
        // SAFETY: `self` is a valid `vm_area_struct`.
        return Some(unsafe { super::bindings::__vma_lockdep_is_held(self.as_ptr()) });
        #[cfg(not(CONFIG_LOCKDEP))]
        None
    }
}
