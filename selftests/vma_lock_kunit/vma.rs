// SPDX-License-Identifier: GPL-2.0

//! The protocol's functions on a VMA that no process has.

use kernel::prelude::*;

#[kunit_tests(vma_lock_vma)]
mod tests {
    use crate::synthetic_mm::SyntheticMm;
    use kernel::{
        prelude::*,
        sync::rcu, //
    };
    use vma_lock::{
        sys::TaskState,
        VM_REFCNT_EXCLUDE_READERS_FLAG as FLAG,
        VM_REFCNT_LIMIT as LIMIT, //
        *,
    };

    /// Runs `f` under the mmap write lock of `synthetic`, with its VMA write-locked.
    fn write(synthetic: &SyntheticMm, f: impl FnOnce()) {
        // SAFETY: The mmap write lock is dropped below.
        unsafe {
            mmap_write_lock(synthetic.mm());
            vma_start_write(synthetic.vma());
        }
        f();
        // SAFETY: Taken above.
        unsafe { mmap_write_unlock(synthetic.mm()) };
    }

    fn attached() -> Result<SyntheticMm> {
        let synthetic = SyntheticMm::new()?;

        // SAFETY: The VMA is detached, and write-locked by write().
        write(&synthetic, || unsafe { vma_mark_attached(synthetic.vma()) });
        Ok(synthetic)
    }

    fn word(synthetic: &SyntheticMm) -> u32 {
        synthetic.vma().refcnt()
    }

    fn start_read(synthetic: &SyntheticMm) -> core::result::Result<(), StartReadError> {
        // SAFETY: mm and VMA stay as long as they are borrowed.
        unsafe { vma_start_read(synthetic.mm(), synthetic.vma(), rcu::read_lock()) }.map(drop)
    }

    fn end_read(synthetic: &SyntheticMm) {
        // SAFETY: The tests put what they have locked.
        unsafe { vma_end_read(synthetic.vma()) };
    }

    #[test]
    fn readers_are_counted() -> Result {
        let synthetic = attached()?;

        assert_eq!(word(&synthetic), 1);
        assert_eq!(start_read(&synthetic), Ok(()));
        assert_eq!(start_read(&synthetic), Ok(()));
        assert_eq!(word(&synthetic), 3);
        end_read(&synthetic);
        end_read(&synthetic);
        assert_eq!(word(&synthetic), 1);
        Ok(())
    }

    #[test]
    fn detached_is_to_be_looked_for_again() -> Result {
        let synthetic = SyntheticMm::new()?;

        assert_eq!(start_read(&synthetic), Err(StartReadError::Detached));
        assert_eq!(word(&synthetic), 0);
        Ok(())
    }

    #[test]
    fn write_locked_is_contended() -> Result {
        let synthetic = attached()?;

        write(&synthetic, || {
            assert_eq!(start_read(&synthetic), Err(StartReadError::Contended));
            assert_eq!(word(&synthetic), 1);
        });
        assert_eq!(start_read(&synthetic), Ok(()));
        end_read(&synthetic);
        Ok(())
    }

    #[test]
    fn limit_is_kept() -> Result {
        let synthetic = attached()?;
        let refcnt = synthetic.refcnt();

        refcnt.set(LIMIT as i32 - 1);
        assert_eq!(start_read(&synthetic), Ok(()));
        assert_eq!(start_read(&synthetic), Err(StartReadError::Contended));
        assert_eq!(word(&synthetic), LIMIT);
        end_read(&synthetic);
        assert_eq!(word(&synthetic), LIMIT - 1);
        refcnt.set(1);
        Ok(())
    }

    #[test]
    fn vma_of_another_mm_is_put_again() -> Result {
        let (synthetic, other) = (attached()?, SyntheticMm::new()?);

        // SAFETY: mms and VMA stay as long as they are borrowed.
        let got = unsafe { vma_start_read(other.mm(), synthetic.vma(), rcu::read_lock()) };
        assert_eq!(got.err(), Some(StartReadError::Contended));
        assert_eq!(word(&synthetic), 1);
        Ok(())
    }

    #[test]
    fn write_lock_lasts_until_mmap_unlock() -> Result {
        let synthetic = attached()?;
        let vma = synthetic.vma();

        write(&synthetic, || {
            // SAFETY: The mmap write lock is held.
            assert!(unsafe { __is_vma_write_locked(vma) });
            assert_eq!(word(&synthetic), 1);
        });
        // SAFETY: Dropped below.
        unsafe { mmap_write_lock(synthetic.mm()) };
        // SAFETY: The mmap write lock is held.
        assert!(!unsafe { __is_vma_write_locked(vma) });
        // SAFETY: Taken above.
        unsafe { mmap_write_unlock(synthetic.mm()) };
        Ok(())
    }

    #[test]
    fn exclusion_is_seen_by_readers() -> Result {
        let synthetic = attached()?;

        // SAFETY: Dropped below.
        unsafe { mmap_write_lock(synthetic.mm()) };
        let mut ves =
            VmaExcludeReadersState::new(synthetic.vma(), TaskState::Uninterruptible, false);
        // SAFETY: The mmap write lock is held.
        assert!(unsafe { __vma_start_exclude_readers(&mut ves) }.is_ok());
        assert!(ves.exclusive && !ves.detached);
        assert_eq!(word(&synthetic), FLAG + 1);
        assert_eq!(start_read(&synthetic), Err(StartReadError::Contended));
        // SAFETY: Excluded above.
        unsafe { __vma_end_exclude_readers(&mut ves) };
        assert!(!ves.detached);
        assert_eq!(word(&synthetic), 1);
        // SAFETY: Taken above.
        unsafe { mmap_write_unlock(synthetic.mm()) };
        Ok(())
    }

    #[test]
    fn detach_without_readers_does_not_wait() -> Result {
        let synthetic = attached()?;

        // SAFETY: The VMA is attached, and write-locked by write().
        write(&synthetic, || unsafe { vma_mark_detached(synthetic.vma()) });
        assert_eq!(word(&synthetic), 0);
        assert_eq!(start_read(&synthetic), Err(StartReadError::Detached));
        Ok(())
    }
}
