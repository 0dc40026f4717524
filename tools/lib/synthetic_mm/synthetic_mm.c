// SPDX-License-Identifier: GPL-2.0

#include "synthetic_mm.h"

#include <linux/maple_tree.h>
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

	/* The kernel must not drop mm_count to 0: this mm is not from its cache. */
	atomic_set(&s->mm.mm_users, 1);
	atomic_set(&s->mm.mm_count, 1);
	__init_rwsem(&s->mm.mmap_lock, "synthetic mmap_lock", &key);
	mt_init_flags(&s->mm.mm_mt, MM_MT_FLAGS);
	mt_set_external_lock(&s->mm.mm_mt, &s->mm.mmap_lock);
	mm_lock_seqcount_init(&s->mm);
	rcuwait_init(&s->mm.vma_writer_wait);

	s->vma.vm_mm = &s->mm;
	vma_lock_init(&s->vma, true);
	return s;
}

void synthetic_mm_destroy(struct synthetic_mm *s)
{
	mmap_write_lock(&s->mm);
	synthetic_mm_unmap(s);
	mmap_write_unlock(&s->mm);
	kfree_rcu_mightsleep(s);
}

void synthetic_mm_free(struct synthetic_mm *s)
{
	kfree(s);
}

int synthetic_mm_map(struct synthetic_mm *s, struct vm_area_struct *vma, unsigned long start,
		     unsigned long end)
{
	MA_STATE(mas, &s->mm.mm_mt, start, end - 1);

	vma->vm_mm = &s->mm;
	vma->vm_start = start;
	vma->vm_end = end;
	return mas_store_gfp(&mas, vma, GFP_KERNEL);
}

void synthetic_mm_unmap(struct synthetic_mm *s)
{
	__mt_destroy(&s->mm.mm_mt);
}

struct mm_struct *synthetic_mm_mm(struct synthetic_mm *s)
{
	return &s->mm;
}

struct synthetic_mm *synthetic_mm_of(struct mm_struct *mm)
{
	return container_of(mm, struct synthetic_mm, mm);
}

struct vm_area_struct *synthetic_mm_vma(struct synthetic_mm *s)
{
	return &s->vma;
}
