// SPDX-License-Identifier: GPL-2.0

//! `WARN_ON_ONCE`, which the kernel crate lacks.
//!
//! C headers: [`include/asm-generic/bug.h`](srctree/include/asm-generic/bug.h),
//! [`include/linux/mmdebug.h`](srctree/include/linux/mmdebug.h)

/// Reports a warning the first time that `cond` is true; returns `cond`. C: `WARN_ON_ONCE`.
///
/// As in C the once is kept in the bug table, so debugfs `clear_warn_once` arms it again.
macro_rules! warn_on_once {
    ($cond:expr) => {{
        let cond = $crate::hint::unlikely($cond);
        #[cfg(vma_lock_steps)]
        if cond {
            // SAFETY: No requirements.
            unsafe { $crate::sys::vma_lock_warned() };
        }
        #[cfg(not(vma_lock_steps))]
        if cond {
            const ONCE: u32 = ::kernel::bindings::BUGFLAG_ONCE
                | ::kernel::bug::bugflag_taint(::kernel::bindings::TAINT_WARN);
            ::kernel::warn_flags!(file!(), ONCE);
        }
        cond
    }};
}
pub(crate) use warn_on_once;

/// The same on `CONFIG_DEBUG_VM` kernels only; elsewhere `cond` is not evaluated, unless whoever
/// links the library steps through it (see `once.rs`) and is told of warnings instead of the log.
/// C: `VM_WARN_ON_ONCE`.
macro_rules! vm_warn_on_once {
    ($cond:expr) => {
        if cfg!(any(CONFIG_DEBUG_VM, vma_lock_steps)) {
            $crate::sys::warn_on_once!($cond);
        }
    };
}
pub(crate) use vm_warn_on_once;

#[cfg(vma_lock_steps)]
extern "C" {
    pub(crate) fn vma_lock_warned();
}
