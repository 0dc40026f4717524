/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An mm_struct and a vm_area_struct that no process has, for tests: real
 * structures, on which the kernel's functions and ours do what they do on
 * those of a process, and nobody is hurt if a count is wrong.
 */
#ifndef VMA_LOCK_SYNTHETIC_MM_H
#define VMA_LOCK_SYNTHETIC_MM_H

struct mm_struct;
struct vm_area_struct;
struct synthetic_mm;

/* A new mm with one VMA, detached. NULL: no memory. May sleep. */
struct synthetic_mm *synthetic_mm_create(void);
/*
 * Puts a VMA, its own or another one's, into the mm's tree at [start, end); takes all
 * out. The caller holds the mmap write lock. -ENOMEM: it is not in the tree. May sleep.
 */
int synthetic_mm_map(struct synthetic_mm *s, struct vm_area_struct *vma, unsigned long start,
		     unsigned long end);
void synthetic_mm_unmap(struct synthetic_mm *s);
/* Nobody uses it any more: freed once all RCU readers that there are now are gone. May sleep. */
void synthetic_mm_destroy(struct synthetic_mm *s);

/* At once: nothing is in its tree, and no RCU reader can have found it or its own VMA. */
void synthetic_mm_free(struct synthetic_mm *s);

struct mm_struct *synthetic_mm_mm(struct synthetic_mm *s);
struct synthetic_mm *synthetic_mm_of(struct mm_struct *mm);
struct vm_area_struct *synthetic_mm_vma(struct synthetic_mm *s);

#endif /* VMA_LOCK_SYNTHETIC_MM_H */
