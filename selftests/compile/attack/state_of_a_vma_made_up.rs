// SPDX-License-Identifier: GPL-2.0
#![forbid(unsafe_code)]
//! There is no third state.
//! Attacks: rules 9 and 11: the states
//@ error[E0603]: module `vma` is private

use vma_lock::safe::State;

/// Neither attached nor detached.
pub struct Both;
#[cfg(misuse)]
impl vma_lock::safe::vma::sealed::Sealed for Both {}
/// A state of the library's.
pub fn known<S: State>() {}
