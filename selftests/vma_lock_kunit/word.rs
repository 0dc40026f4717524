// SPDX-License-Identifier: GPL-2.0

//! The word, and what `refcount_t` makes of it.

use kernel::prelude::*;

#[kunit_tests(vma_lock_word)]
mod tests {
    use crate::{
        refcount_table::{
            apply,
            TABLE, //
        },
        synthetic_mm::SyntheticMm,
    };
    use kernel::prelude::*;
    use vma_lock::{
        sys::RefcountExt,
        RefcntState::*,
        VM_REFCNT_EXCLUDE_READERS_FLAG as FLAG,
        VM_REFCNT_LIMIT as LIMIT, //
        *,
    };

    #[test]
    fn are_readers_excluded_by_flag_with_one_count_at_most() {
        for word in [FLAG, FLAG + 1] {
            assert!(are_readers_excluded(word as i32));
        }
        for word in [0, 1, LIMIT, FLAG + 2, i32::MAX as u32] {
            assert!(!are_readers_excluded(word as i32));
        }
        // Saturated: the comparison is unsigned.
        for word in [0x8000_0000u32, 0xc000_0000, 0xc000_0001, u32::MAX] {
            assert!(!are_readers_excluded(word as i32));
        }
    }

    #[test]
    fn state_at_each_boundary() {
        for (word, state) in [
            (0, Detached),
            (1, Attached),
            (2, Readers(1)),
            (LIMIT, Readers(LIMIT - 1)),
            (FLAG, Excluding(0)),
            (FLAG + 1, Excluding(1)),
            (0x7fff_ffff, Excluding(LIMIT)),
            (0x8000_0000, Saturated),
            (u32::MAX, Saturated),
        ] {
            assert_eq!(RefcntState::from_word(word), state);
        }
    }

    /// The same table that the models' `refcount_t` is held to. Without the rows that warn, which
    /// the suite `synthetic` has.
    #[test]
    fn refcount_table() -> Result {
        let synthetic = SyntheticMm::new()?;
        let refcnt = synthetic.refcnt();

        for &(word, op, ret, after, _) in TABLE.iter().filter(|(.., warns)| !warns) {
            refcnt.set(word as i32);
            let (got, old) = apply(op, refcnt);

            if (got, old.unwrap_or(word), refcnt.read()) != (ret, word, after) {
                pr_err!("# {op:?} of {word:#x}: {got}, {:#x}\n", refcnt.read());
                return Err(EINVAL);
            }
        }
        Ok(())
    }
}
