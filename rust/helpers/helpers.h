/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One short function for each static inline or macro of the kernel that the
 * library needs and that has no Rust binding.
 *
 * bindgen reads this file alone, so the kernel's types are only named here;
 * the Rust side takes them from kernel::bindings. The prefix is stripped: the
 * Rust name of each helper is the C name that it stands for, but for those at the
 * end, which stand for more than one name, or for none.
 */
#ifndef VMA_LOCK_HELPERS_H
#define VMA_LOCK_HELPERS_H

#ifdef __BINDGEN__
#include <stdbool.h>
typedef struct refcount_struct refcount_t;
typedef struct seqcount seqcount_t;
#else
#include <linux/refcount_types.h>
#include <linux/seqlock_types.h>
#include <linux/types.h>
#endif

struct mm_struct;
struct rcuwait;
struct rw_semaphore;
struct vm_area_struct;
struct vma_iterator;

/* include/linux/refcount.h */
void vma_lock_helper_refcount_set_release(refcount_t *r, int n);
bool vma_lock_helper___refcount_dec_and_test(refcount_t *r, int *oldp);
bool vma_lock_helper___refcount_inc_not_zero_limited_acquire(refcount_t *r, int *oldp, int limit);
bool vma_lock_helper_refcount_add_not_zero(int i, refcount_t *r);
bool vma_lock_helper_refcount_sub_and_test(int i, refcount_t *r);

/* include/linux/rcuwait.h, include/linux/sched.h, include/linux/sched/signal.h */
void vma_lock_helper_rcuwait_init(struct rcuwait *w);
bool vma_lock_helper_rcuwait_active(struct rcuwait *w);
void vma_lock_helper_prepare_to_rcuwait(struct rcuwait *w);
void vma_lock_helper_set_current_state(unsigned int state);
bool vma_lock_helper_signal_pending_state(unsigned int state);

/* include/linux/mmap_lock.h: the lockdep map of a VMA lock */
void vma_lock_helper___vma_lockdep_acquire_read(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_release_read(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_acquire_exclusive(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_release_exclusive(struct vm_area_struct *vma);
void vma_lock_helper___vma_lockdep_stat_mark_acquired(struct vm_area_struct *vma);

/* include/linux/mmap_lock.h: the sequence of the mmap lock */
void vma_lock_helper_mm_lock_seqcount_init(struct mm_struct *mm);
void vma_lock_helper_mm_lock_seqcount_end(struct mm_struct *mm);

/* include/linux/rwsem.h */
void vma_lock_helper_down_write_nested(struct rw_semaphore *sem, int subclass);
bool vma_lock_helper_rwsem_is_contended(struct rw_semaphore *sem);
void vma_lock_helper_rwsem_assert_held(const struct rw_semaphore *sem);
void vma_lock_helper_rwsem_assert_held_write(const struct rw_semaphore *sem);

/* include/linux/seqlock.h */
unsigned int vma_lock_helper_raw_read_seqcount(const seqcount_t *s);
bool vma_lock_helper_raw_seqcount_try_begin(const seqcount_t *s, unsigned int *seq);
bool vma_lock_helper_read_seqcount_retry(const seqcount_t *s, unsigned int seq);
void vma_lock_helper_do_raw_write_seqcount_begin(seqcount_t *s);

/* include/linux/mm.h, include/linux/maple_tree.h */
void vma_lock_helper_vma_iter_init(struct vma_iterator *vmi, struct mm_struct *mm,
				   unsigned long addr);
void vma_lock_helper_vma_iter_set(struct vma_iterator *vmi, unsigned long addr);

/*
 * Without a name of C's own.
 */

/* lockdep_init_map() of a VMA lock, as in vma_lock_init(); lock_is_held() of one */
void vma_lock_helper___vma_lockdep_init(struct vm_area_struct *vma);
bool vma_lock_helper___vma_lockdep_is_held(struct vm_area_struct *vma);

/* lockdep_is_held(), or without lockdep rwsem_is_locked() */
bool vma_lock_helper_rwsem_is_held(struct rw_semaphore *sem);

/* __mmap_lock_trace_start_locking() and so on */
void vma_lock_helper_mmap_lock_trace_start_locking(struct mm_struct *mm, bool write);
void vma_lock_helper_mmap_lock_trace_acquire_returned(struct mm_struct *mm, bool write,
						      bool success);
void vma_lock_helper_mmap_lock_trace_released(struct mm_struct *mm, bool write);

/* count_vm_vma_lock_event() of VMA_LOCK_ABORT and VMA_LOCK_MISS */
void vma_lock_helper_count_vma_lock_abort(void);
void vma_lock_helper_count_vma_lock_miss(void);

#endif /* VMA_LOCK_HELPERS_H */
