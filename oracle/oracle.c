// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own C as the oracle.
 *
 * The lock part of mm/mmap_lock.c is compiled as it stands in the tree, from a
 * copy that the build filters (oracle/filter.sed): what would clash with the
 * running kernel is left out, and the global functions are renamed here. So
 * its static functions can be called too, and nothing that is patched into the
 * running kernel changes it.
 */
#include "oracle.h"

#define __vma_start_write		oracle___vma_start_write
#define __vma_exclude_readers_for_detach oracle___vma_exclude_readers_for_detach
#define lock_vma_under_rcu		oracle_lock_vma_under_rcu
#define lock_next_vma			oracle_lock_next_vma

#include "mmap_lock_filtered.h"

bool oracle_are_readers_excluded(int refcnt)
{
	return __vma_are_readers_excluded(refcnt);
}

unsigned int oracle_vma_refcount_put_return(struct vm_area_struct *vma)
{
	return __vma_refcount_put_return(vma);
}

void oracle_vma_refcount_put(struct vm_area_struct *vma)
{
	vma_refcount_put(vma);
}

struct vm_area_struct *oracle_vma_start_read(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return vma_start_read(mm, vma);
}

struct vm_area_struct *oracle_lock_next_vma_from(struct mm_struct *mm, unsigned long from_addr)
{
	VMA_ITERATOR(vmi, mm, from_addr);
	struct vm_area_struct *vma;

	rcu_read_lock();
	vma = lock_next_vma(mm, &vmi, from_addr);
	rcu_read_unlock();
	return vma;
}

bool oracle_vma_start_read_locked(struct vm_area_struct *vma)
{
	return vma_start_read_locked(vma);
}

void oracle_vma_start_write(struct vm_area_struct *vma)
{
	vma_start_write(vma);
}

int oracle_vma_start_write_killable(struct vm_area_struct *vma)
{
	return vma_start_write_killable(vma);
}

void oracle_vma_mark_attached(struct vm_area_struct *vma)
{
	vma_mark_attached(vma);
}

void oracle_vma_mark_detached(struct vm_area_struct *vma)
{
	vma_mark_detached(vma);
}
