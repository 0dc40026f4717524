// SPDX-License-Identifier: GPL-2.0

//! The predicate of the Rust library over all 2^32 inputs: see `predicate.c`.

use core::ffi::c_uint;
use vma_lock::are_readers_excluded;

/// Writes the first and last input of each run of true; returns how many there are, `max + 1` for
/// too many.
///
/// # Safety
///
/// `runs` has room for `max` runs.
#[no_mangle]
pub unsafe extern "C" fn vma_lock_diff_predicate_runs(
    runs: *mut [c_uint; 2],
    max: c_uint,
) -> c_uint {
    let (mut word, mut n, mut before) = (0u32, 0u32, false);

    loop {
        let now = are_readers_excluded(word as i32);

        if now != before {
            if n == max {
                return max.wrapping_add(1);
            }
            // SAFETY: `n` is below `max`.
            let run = unsafe { &mut *runs.add(n as usize) };
            if now {
                run[0] = word;
            } else {
                run[1] = word.wrapping_sub(1);
                n = n.wrapping_add(1);
            }
            before = now;
        }
        word = word.wrapping_add(1);
        if word == 0 {
            break;
        }
    }
    if before {
        // SAFETY: A run has begun, so `n` is below `max`.
        unsafe { (*runs.add(n as usize))[1] = u32::MAX };
        n = n.wrapping_add(1);
    }
    n
}
