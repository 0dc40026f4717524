// SPDX-License-Identifier: GPL-2.0

//! The host world: the same names over loom, which runs every interleaving of the tasks of a model
//! and, within C11, every value that a load may return.
//!
//! Each operation has the ordering of its C counterpart and no more. What C11 cannot say is said
//! where it is left out or made up for: the control dependency after a wait
//! ([`RcuWait::finish_rcuwait`]), the write barriers of the sequence ([`SeqCount`]).
//!
//! More than the kernel, this world watches: a touch after a free ([`life`]), lock annotations that
//! do not pair up or come too late ([`lockdep`]), every `WARN` ([`warn`]). Each ends the model.

mod history;
mod life;
mod lockdep;
mod mm;
pub mod rcu;
mod rcuwait;
mod refcount;
mod rwsem;
mod seqcount;
mod task;
mod vma;
mod warn;

pub(crate) use self::warn::{
    report,
    vm_warn_on_once,
    vm_warn_on_once_vma,
    warn_on_once, //
};
pub use self::{
    history::{
        start_history,
        take_history, //
    },
    lockdep::without_lockdep,
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
        Task,
        TaskState, //
    },
    vma::VmaRaw,
    warn::expect_warns, //
};

/// C: `VM_REFCNT_EXCLUDE_READERS_FLAG`.
pub const VM_REFCNT_EXCLUDE_READERS_FLAG: u32 = 1 << 30;

/// C: `VM_REFCNT_LIMIT`.
pub const VM_REFCNT_LIMIT: u32 = VM_REFCNT_EXCLUDE_READERS_FLAG - 1;
