// SPDX-License-Identifier: GPL-2.0

//! The kernel world: the real `refcount_t`, `rcuwait`, `vm_area_struct` and `mm_struct`.

mod bindings;
mod lockdep;
mod mm;
#[cfg_attr(vma_lock_steps, path = "once_stepped.rs")]
mod once;
mod rcuwait;
mod refcount;
mod rwsem;
mod seqcount;
mod task;
mod vma;
mod vma_iter;
mod vmstat;
#[cfg_attr(vma_lock_steps, path = "warn_stepped.rs")]
mod warn;

pub(crate) use self::{
    mm::trace,
    task::{
        schedule,
        set_current_state,
        signal_pending_state, //
    },
    vmstat::{
        count_vm_vma_lock_event,
        VmaLockEvent, //
    },
    warn::*, //
};
pub use self::{
    mm::MmRaw,
    rcuwait::RcuWait,
    task::TaskState,
    vma::VmaRaw,
    vma_iter::VmaIter, //
};
pub use ::kernel::{
    bindings::{
        vm_area_struct,
        VM_REFCNT_EXCLUDE_READERS_FLAG,
        VM_REFCNT_LIMIT, //
    },
    sync::{
        rcu,
        Refcount, //
    },
    types::NotThreadSafe, //
};
