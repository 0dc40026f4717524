// SPDX-License-Identifier: GPL-2.0

#include "loops.h"
#include "bench.h"

#include <linux/mmap_lock.h>
#include <linux/rcupdate.h>

/* They begin a page: pages.lds. */
asm(".pushsection .text; .p2align 12; .popsection");

/* The same text twice, with other calls. */
#define LOOPS(impl, call)							\
static __always_inline void impl##_read(struct mm_struct *mm, struct vm_area_struct *vma)	\
{										\
	rcu_read_lock();							\
	vma = call##vma_start_read(mm, vma);					\
	if (IS_ERR_OR_NULL(vma))						\
		return;								\
	rcu_read_unlock();							\
	call##vma_refcount_put(vma);						\
}										\
										\
void impl##_reads(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n)	\
{										\
	while (n--)								\
		impl##_read(mm, vma);						\
}										\
										\
void impl##_reads_locked(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n) \
{										\
	mmap_read_lock(mm);							\
	while (n--) {								\
		if (call##vma_start_read_locked(vma))				\
			call##vma_refcount_put(vma);				\
	}									\
	mmap_read_unlock(mm);							\
}										\
										\
void impl##_detaches(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n)	\
{										\
	mmap_write_lock(mm);							\
	call##vma_start_write(vma);						\
	while (n--) {								\
		call##vma_mark_detached(vma);					\
		call##vma_mark_attached(vma);					\
	}									\
	mmap_write_unlock(mm);							\
}										\
										\
void impl##_writes(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n)	\
{										\
	mmap_write_lock(mm);							\
	while (n--) {								\
		call##vma_start_write(vma);					\
		vma_end_write_all(mm);						\
		mm_lock_seqcount_begin(mm);					\
	}									\
	mmap_write_unlock(mm);							\
}										\
										\
void impl##_writes_seldom(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n) \
{										\
	while (n--) {								\
		if (n % 50 == 0) {						\
			mmap_write_lock(mm);					\
			call##vma_start_write(vma);				\
			mmap_write_unlock(mm);					\
		}								\
		impl##_read(mm, vma);						\
	}									\
}										\
										\
void impl##_reads_each(struct mm_struct *mm, void *vmas, unsigned long stride, unsigned long n) \
{										\
	for (; n--; vmas += stride)						\
		impl##_read(mm, vmas);						\
}

LOOPS(c, oracle_)
LOOPS(rust, bench_)
