/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own C, under names with the prefix oracle_.
 *
 * These run the code of the tree's include/linux/mmap_lock.h and
 * mm/mmap_lock.c, compiled into the module: see oracle.c.
 */
#ifndef VMA_LOCK_ORACLE_H
#define VMA_LOCK_ORACLE_H

#ifdef __BINDGEN__
#include <stdbool.h>
#else
#include <linux/types.h>
#endif

struct mm_struct;
struct vm_area_struct;
struct vma_iterator;

bool oracle_are_readers_excluded(int refcnt);
unsigned int oracle_vma_refcount_put_return(struct vm_area_struct *vma);
void oracle_vma_refcount_put(struct vm_area_struct *vma);
struct vm_area_struct *oracle_vma_start_read(struct mm_struct *mm, struct vm_area_struct *vma);
struct vm_area_struct *oracle_lock_vma_under_rcu(struct mm_struct *mm, unsigned long address);
struct vm_area_struct *oracle_lock_next_vma(struct mm_struct *mm, struct vma_iterator *vmi,
					   unsigned long from_addr);
/* The same with an iterator of its own, under RCU while it runs. */
struct vm_area_struct *oracle_lock_next_vma_from(struct mm_struct *mm, unsigned long from_addr);
bool oracle_vma_start_read_locked(struct vm_area_struct *vma);
void oracle_vma_start_write(struct vm_area_struct *vma);
int oracle_vma_start_write_killable(struct vm_area_struct *vma);
void oracle_vma_mark_attached(struct vm_area_struct *vma);
void oracle_vma_mark_detached(struct vm_area_struct *vma);
int oracle___vma_start_write(struct vm_area_struct *vma, int state);
void oracle___vma_exclude_readers_for_detach(struct vm_area_struct *vma);

#endif /* VMA_LOCK_ORACLE_H */
