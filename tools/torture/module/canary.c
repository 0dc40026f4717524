// SPDX-License-Identifier: GPL-2.0
/*
 * Does the lock exclude? All words of a canary are equal unless a writer is at work. The
 * accesses are plain: where the lock does not order them, KCSAN has something to say.
 */
#include "canary.h"

#include <linux/compiler.h>

#define POISON	0xdeaddeaddeaddeadUL

static unsigned long *canary_of(struct vm_area_struct *vma)
{
	return container_of(vma, struct torture_vma, vma)->canary;
}

/* Slowly, so that whoever is not kept out sees it half done. */
static noinline void store(struct torture_thread *t, unsigned long *canary, unsigned long value)
{
	int i;

	for (i = 0; i < TORTURE_CANARIES; i++) {
		canary[i] = value;
		barrier();
		if (i == TORTURE_CANARIES / 2)
			torture_pause(t);
	}
}

static noinline bool load(const unsigned long *canary, unsigned long *value)
{
	bool same = true;
	int i;

	*value = canary[0];
	for (i = 1; i < TORTURE_CANARIES; i++) {
		barrier();
		same &= canary[i] == *value;
	}
	return same;
}

static void look(const char *who, struct vm_area_struct *vma, unsigned long *value)
{
	const unsigned long *canary = canary_of(vma);

	if (!load(canary, value))
		torture_fail("%s found a writer at work in its VMA (canary %lx %lx %lx %lx, vm_refcnt %#x)",
			     who, canary[0], canary[1], canary[2], canary[3],
			     atomic_read(&vma->vm_refcnt.refs));
	else if (*value == POISON)
		torture_fail("%s has a VMA that was detached (vm_refcnt %#x)", who,
			     atomic_read(&vma->vm_refcnt.refs));
}

void torture_canary_init(struct vm_area_struct *vma)
{
	unsigned long *canary = canary_of(vma);
	int i;

	for (i = 0; i < TORTURE_CANARIES; i++)
		canary[i] = 0;
}

void torture_canary_write(struct torture_thread *t, struct vm_area_struct *vma)
{
	unsigned long value, after;

	look("a writer", vma, &value);
	store(t, canary_of(vma), value + 1);
	torture_delay(t);
	look("a writer", vma, &after);
	if (after != value + 1)
		torture_fail("two writers in a VMA (canary %lx, expected %lx)", after, value + 1);
}

void torture_canary_poison(struct torture_thread *t, struct vm_area_struct *vma)
{
	unsigned long value;

	look("a detacher", vma, &value);
	store(t, canary_of(vma), POISON);
}

unsigned long torture_canary_read(struct vm_area_struct *vma)
{
	unsigned long value;

	look("a reader", vma, &value);
	return value;
}

void torture_canary_reread(struct vm_area_struct *vma, unsigned long seen)
{
	const unsigned long value = torture_canary_read(vma);

	if (value != seen)
		torture_fail("a writer changed a VMA while a reader held it (canary %lx, was %lx, vm_refcnt %#x)",
			     value, seen, atomic_read(&vma->vm_refcnt.refs));
}
