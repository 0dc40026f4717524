// SPDX-License-Identifier: GPL-2.0
/*
 * Some mms, a few VMAs in each. VMAs are freed at once and used again, in another mm too:
 * as in the kernel RCU only sees to it that they stay VMAs. So are mms, whose last user
 * takes their VMAs away.
 */
#include "canary.h"

#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#define MMS	3
#define VMAS	3
#define STRIDE	(4 * PAGE_SIZE)
/* A VMA that stays as long as its mm has users: no tree is empty while readers walk it. */
#define LAST	(STRIDE * (VMAS + 1))

static struct place {
	spinlock_t lock;
	struct mm_struct *mm;
} places[MMS];

static struct kmem_cache *cache;

unsigned long torture_random_addr(struct torture_thread *t)
{
	return STRIDE * (1 + torture_random_below(t, VMAS));
}

struct vm_area_struct *torture_find(struct mm_struct *mm, unsigned long addr)
{
	MA_STATE(mas, &mm->mm_mt, addr, addr);

	return mas_walk(&mas);
}

static struct mm_struct *get_mm_at(struct place *place)
{
	struct mm_struct *mm;

	spin_lock(&place->lock);
	mm = place->mm;
	mmget(mm);
	spin_unlock(&place->lock);
	return mm;
}

struct mm_struct *torture_get_mm(struct torture_thread *t)
{
	t->place = torture_random_below(t, MMS);
	return get_mm_at(&places[t->place]);
}

/* A hint, so it does not matter which writer was the last. */
static struct {
	unsigned int place;
	unsigned long addr;
} in_view = { .addr = STRIDE };

void torture_announce(struct torture_thread *t, unsigned long addr)
{
	WRITE_ONCE(in_view.place, t->place);
	WRITE_ONCE(in_view.addr, addr);
	torture_pause(t);
}

struct mm_struct *torture_get_target(struct torture_thread *t, unsigned long *addr)
{
	t->targets = torture_random_below(t, 2);
	if (t->targets) {
		*addr = READ_ONCE(in_view.addr);
		return get_mm_at(&places[READ_ONCE(in_view.place)]);
	}
	*addr = torture_random_addr(t);
	return torture_get_mm(t);
}

/* For the watchdog, and for the hooks. */
static void enter(struct torture_thread *t, enum torture_op op, struct mm_struct *mm,
		  struct vm_area_struct *vma)
{
	spin_lock(&t->lock);
	t->op = op;
	t->slept = 0;
	t->mm = mm;
	t->vma = vma;
	spin_unlock(&t->lock);
}

static void leave(struct torture_thread *t)
{
	enter(t, TORTURE_IDLE, NULL, NULL);
}

static unsigned int word_of(struct vm_area_struct *vma)
{
	return atomic_read(&vma->vm_refcnt.refs);
}

int torture_start_write(struct torture_thread *t, struct mm_struct *mm, struct vm_area_struct *vma,
			bool killable)
{
	const struct torture_side *side = torture_side(t);
	unsigned int word;
	int err = 0;

	enter(t, TORTURE_WRITING, mm, vma);
	if (killable)
		err = side->start_write_killable(vma);
	else
		side->start_write(vma);
	leave(t);
	torture_count(t, err ? TORTURE_writes_interrupted : TORTURE_writes);

	word = word_of(vma);
	if (word & VM_REFCNT_EXCLUDE_READERS_FLAG || !word)
		torture_fail("vm_refcnt %#x after a write lock%s", word,
			     err ? " that a signal interrupted" : "");
	return err;
}

bool torture_attach(struct torture_thread *t, struct mm_struct *mm, unsigned long addr)
{
	MA_STATE(mas, &mm->mm_mt, addr, addr + PAGE_SIZE - 1);
	const struct torture_side *side = torture_side(t);
	struct vm_area_struct *vma = kmem_cache_alloc(cache, GFP_KERNEL);

	if (!vma) {
		torture_count(t, TORTURE_allocations_failed);
		return false;
	}
	if (mas_preallocate(&mas, vma, GFP_KERNEL)) {
		torture_count(t, TORTURE_allocations_failed);
		kmem_cache_free(cache, vma);
		return false;
	}
	vma->vm_mm = mm;
	vma->vm_start = addr;
	vma->vm_end = addr + PAGE_SIZE;
	side->lock_init(vma);
	torture_canary_init(vma);
	/* As vma_link() does it; nobody is in there yet. */
	side->start_write(vma);
	torture_side(t)->mark_attached(vma);
	mas_store_prealloc(&mas, vma);
	torture_count(t, TORTURE_attaches);
	return true;
}

/* What is left to do for a VMA that is write-locked. It may still be in the tree. */
static void detach(struct torture_thread *t, struct mm_struct *mm, struct vm_area_struct *vma)
{
	const struct torture_side *side = torture_side(t);

	torture_canary_poison(t, vma);
	enter(t, TORTURE_DETACHING, mm, vma);
	side->mark_detached(vma);
	leave(t);
	torture_count(t, TORTURE_detaches);
	if (word_of(vma))
		torture_fail("vm_refcnt %#x after vma_mark_detached", word_of(vma));
}

void torture_detach(struct torture_thread *t, struct mm_struct *mm, struct vm_area_struct *vma)
{
	MA_STATE(mas, &mm->mm_mt, vma->vm_start, vma->vm_end - 1);

	if (mas_preallocate(&mas, NULL, GFP_KERNEL)) {
		torture_count(t, TORTURE_allocations_failed);
		return;
	}
	torture_start_write(t, mm, vma, false);
	detach(t, mm, vma);
	/* For a while readers find it detached. */
	torture_pause(t);
	mas_store_prealloc(&mas, NULL);
	kmem_cache_free(cache, vma);
}

void torture_put_mm(struct torture_thread *t, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long addr;

	if (!atomic_dec_and_test(&mm->mm_users))
		return;

	torture_side(t)->mmap_write_lock(mm);
	for (addr = STRIDE; addr <= LAST; addr += STRIDE) {
		vma = torture_find(mm, addr);
		if (!vma)
			continue;
		torture_start_write(t, mm, vma, false);
		detach(t, mm, vma);
		kmem_cache_free(cache, vma);
	}
	synthetic_mm_unmap(synthetic_mm_of(mm));
	torture_side(t)->mmap_write_unlock(mm);
	torture_count(t, TORTURE_mms_dropped);
	mmdrop(mm);
}

static struct mm_struct *create_mm(struct torture_thread *t)
{
	const struct torture_side *side = torture_side(t);
	struct synthetic_mm *s = synthetic_mm_create();
	struct mm_struct *mm;
	bool attached;

	if (!s) {
		torture_count(t, TORTURE_allocations_failed);
		return NULL;
	}
	mm = synthetic_mm_mm(s);
	side->mmap_write_lock(mm);
	attached = torture_attach(t, mm, LAST);
	side->mmap_write_unlock(mm);
	if (!attached) {
		torture_put_mm(t, mm);
		return NULL;
	}
	return mm;
}

void torture_replace_mm(struct torture_thread *t)
{
	struct mm_struct *mm = create_mm(t);
	struct place *place = &places[torture_random_below(t, MMS)];

	if (!mm)
		return;
	spin_lock(&place->lock);
	swap(place->mm, mm);
	spin_unlock(&place->lock);
	torture_put_mm(t, mm);
}

/* The word outlives its VMA, so it is set once, when there is memory for one. */
static void init_once(void *object)
{
	struct torture_vma *tv = object;

	memset(tv, 0, sizeof(*tv));
	vma_lock_init(&tv->vma, true);
}

int torture_mms_create(struct torture_thread *t)
{
	int i;

	cache = kmem_cache_create("vma_lock_torture", sizeof(struct torture_vma), 0,
				  SLAB_TYPESAFE_BY_RCU, init_once);
	if (!cache)
		return -ENOMEM;
	for (i = 0; i < MMS; i++) {
		spin_lock_init(&places[i].lock);
		places[i].mm = create_mm(t);
		if (!places[i].mm)
			return -ENOMEM;
	}
	return 0;
}

void torture_mms_destroy(struct torture_thread *t)
{
	int i;

	for (i = 0; i < MMS; i++) {
		if (places[i].mm)
			torture_put_mm(t, places[i].mm);
		places[i].mm = NULL;
	}
	kmem_cache_destroy(cache);
	cache = NULL;
}
