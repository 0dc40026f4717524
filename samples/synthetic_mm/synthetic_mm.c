// SPDX-License-Identifier: GPL-2.0

#include "synthetic_mm.h"

#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/rwsem.h>
#include <linux/slab.h>

struct synthetic_mm {
	struct vm_area_struct vma;
	/* Last: what is behind an mm_struct belongs to its cpumask. */
	struct mm_struct mm;
};

struct synthetic_mm *synthetic_mm_create(void)
{
	static struct lock_class_key key;
	struct synthetic_mm *s = kzalloc(sizeof(*s) + cpumask_size(), GFP_KERNEL);

	if (!s)
		return NULL;

	/* mm_count is never dropped to 0: no part of the kernel frees this mm. */
	atomic_set(&s->mm.mm_users, 1);
	atomic_set(&s->mm.mm_count, 1);
	__init_rwsem(&s->mm.mmap_lock, "synthetic mmap_lock", &key);
	mm_lock_seqcount_init(&s->mm);
	rcuwait_init(&s->mm.vma_writer_wait);

	s->vma.vm_mm = &s->mm;
	s->vma.vm_end = PAGE_SIZE;
	vma_lock_init(&s->vma, true);
	return s;
}

void synthetic_mm_destroy(struct synthetic_mm *s)
{
	synchronize_rcu();
	kfree(s);
}

struct mm_struct *synthetic_mm_mm(struct synthetic_mm *s)
{
	return &s->mm;
}

struct vm_area_struct *synthetic_mm_vma(struct synthetic_mm *s)
{
	return &s->vma;
}
