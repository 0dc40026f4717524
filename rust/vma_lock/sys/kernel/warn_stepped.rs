// SPDX-License-Identifier: GPL-2.0

//! `warn.rs` for `--cfg vma_lock_steps`, see `once_stepped.rs`: whoever links the library is told of
//! warnings, instead of the log, and of those that only `CONFIG_DEBUG_VM` kernels have too.

/// Tells of a warning if `cond` is true; returns `cond`. C: `WARN_ON_ONCE`.
macro_rules! warn_on_once {
    ($cond:expr) => {{
        let cond = $crate::hint::unlikely($cond);
        if cond {
            // SAFETY: No requirements.
            unsafe { $crate::sys::vma_lock_warned() };
        }
        cond
    }};
}
pub(crate) use warn_on_once;

/// C: `VM_WARN_ON_ONCE`.
macro_rules! vm_warn_on_once {
    ($cond:expr) => {
        $crate::sys::warn_on_once!($cond);
    };
}
pub(crate) use vm_warn_on_once;

/// C: `VM_WARN_ON_ONCE_VMA`, but the VMA is not dumped.
macro_rules! vm_warn_on_once_vma {
    ($cond:expr, $vma:expr) => {
        if $crate::sys::warn_on_once!($cond) && cfg!(not(vma_lock_steps)) {
            $vma.dump();
        }
    };
}
pub(crate) use vm_warn_on_once_vma;

extern "C" {
    pub(crate) fn vma_lock_warned();
}
