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
        if cond {
            #[cfg(CONFIG_GENERIC_BUG)]
            const ONCE: u32 = ::kernel::bindings::BUGFLAG_ONCE
                | ::kernel::bug::bugflag_taint(::kernel::bindings::TAINT_WARN);
            // There is no bug table, and so nothing that keeps the once.
            #[cfg(not(CONFIG_GENERIC_BUG))]
            const ONCE: u32 = 0;

            ::kernel::warn_flags!(file!(), ONCE);
        }
        cond
    }};
}
pub(crate) use warn_on_once;

/// The same on `CONFIG_DEBUG_VM` kernels only; elsewhere `cond` is not evaluated.
/// C: `VM_WARN_ON_ONCE`.
macro_rules! vm_warn_on_once {
    ($cond:expr) => {
        if cfg!(CONFIG_DEBUG_VM) {
            $crate::sys::warn_on_once!($cond);
        }
    };
}
pub(crate) use vm_warn_on_once;

/// The same, and the first time the VMA is dumped as well. C: `VM_WARN_ON_ONCE_VMA`.
macro_rules! vm_warn_on_once_vma {
    ($cond:expr, $vma:expr) => {
        if cfg!(CONFIG_DEBUG_VM) && $crate::hint::unlikely($cond) {
            static DUMPED: ::kernel::sync::atomic::AtomicFlag =
                ::kernel::sync::atomic::AtomicFlag::new(false);

            if !DUMPED.xchg(true, ::kernel::sync::atomic::Relaxed) {
                $vma.dump();
            }
            $crate::sys::warn_on_once!(true);
        }
    };
}
pub(crate) use vm_warn_on_once_vma;
