// SPDX-License-Identifier: GPL-2.0

//! The kernel world: the real `refcount_t`, `rcuwait`, `vm_area_struct` and `mm_struct`.

mod bindings;
mod lockdep;
mod mm;
mod once;
mod rcuwait;
mod refcount;
mod rwsem;
mod seqcount;
mod task;
mod vma;
mod vma_iter;
mod vmstat;
mod warn;

#[cfg(vma_lock_steps)]
pub(crate) use self::warn::vma_lock_warned;
pub(crate) use self::warn::{
    vm_warn_on_once,
    warn_on_once, //
};
pub use self::{
    mm::{
        trace,
        MmRaw, //
    },
    rcuwait::RcuWait,
    refcount::Refcount,
    rwsem::RwSemaphore,
    seqcount::SeqCount,
    task::{
        schedule,
        set_current_state,
        signal_pending_state,
        TaskState, //
    },
    vma::VmaRaw,
    vma_iter::VmaIter,
    vmstat::{
        count_vm_vma_lock_event,
        VmaLockEvent, //
    }, //
};
pub use ::kernel::{
    bindings::{
        vm_area_struct,
        VM_REFCNT_EXCLUDE_READERS_FLAG,
        VM_REFCNT_LIMIT, //
    },
    sync::rcu,
    types::NotThreadSafe, //
};
