// SPDX-License-Identifier: GPL-2.0

//! The kernel world: the real `refcount_t`, `rcuwait`, `vm_area_struct` and `mm_struct`.

mod bindings;
mod lockdep;
mod mm;
mod rcuwait;
mod refcount;
mod task;
mod vma;
mod warn;

pub(crate) use self::warn::{
    vm_warn_on_once,
    warn_on_once, //
};
pub use self::{
    mm::MmRaw,
    rcuwait::RcuWait,
    refcount::Refcount,
    task::{
        schedule,
        set_current_state,
        signal_pending_state,
        TaskState, //
    },
    vma::VmaRaw, //
};
pub use ::kernel::bindings::{
    VM_REFCNT_EXCLUDE_READERS_FLAG,
    VM_REFCNT_LIMIT, //
};
pub use ::kernel::sync::rcu;
