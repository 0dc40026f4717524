/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One short function for each static inline or macro of the kernel that the
 * library needs and that has no Rust binding.
 *
 * bindgen reads this file alone, so the kernel's types are only named here;
 * the Rust side takes them from kernel::bindings. The prefix is stripped: the
 * Rust name of each helper is the C name that it stands for.
 */
#ifndef VMA_LOCK_HELPERS_H
#define VMA_LOCK_HELPERS_H

#ifdef __BINDGEN__
#include <stdbool.h>
typedef struct refcount_struct refcount_t;
#else
#include <linux/refcount_types.h>
#include <linux/types.h>
#endif

struct mm_struct;
struct rcuwait;
struct vm_area_struct;

/* include/linux/refcount.h */
void vma_lock_helper_refcount_set_release(refcount_t *r, int n);
bool vma_lock_helper___refcount_dec_and_test(refcount_t *r, int *oldp);
bool vma_lock_helper___refcount_inc_not_zero_limited_acquire(refcount_t *r, int *oldp, int limit);
bool vma_lock_helper_refcount_add_not_zero(int i, refcount_t *r);
bool vma_lock_helper_refcount_sub_and_test(int i, refcount_t *r);

/* include/linux/rcuwait.h, include/linux/sched.h, include/linux/sched/signal.h */
void vma_lock_helper_rcuwait_init(struct rcuwait *w);
void vma_lock_helper_prepare_to_rcuwait(struct rcuwait *w);
void vma_lock_helper_set_current_state(unsigned int state);
bool vma_lock_helper_signal_pending_state(unsigned int state);

/* include/linux/mmap_lock.h: the lockdep map of a VMA lock */
void vma_lock_helper___vma_lockdep_init(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_acquire_read(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_release_read(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_acquire_exclusive(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_release_exclusive(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_stat_mark_acquired(struct vm_area_struct *vma);

/* include/linux/mmap_lock.h: the mmap lock and its sequence count */
unsigned int vma_lock_helper_mm_lock_seq_acquire(struct mm_struct *mm);
void vma_lock_helper_mmap_assert_locked(const struct mm_struct *mm);
void vma_lock_helper_mmap_assert_write_locked(const struct mm_struct *mm);
int vma_lock_helper_mmap_write_lock_killable(struct mm_struct *mm);
void vma_lock_helper_mmap_write_unlock(struct mm_struct *mm);

#endif /* VMA_LOCK_HELPERS_H */
