// SPDX-License-Identifier: GPL-2.0

#include <linux/mmap_lock.h>

/*
 * The annotations are the header's own, and tell lockdep where the lock is taken. Each
 * helper is called right from the function that takes or drops it, so _RET_IP_ is in that
 * function. Inlined into it, it would be in whoever called that.
 */
#ifdef VMA_LOCK_HELPERS_INLINED
#undef _RET_IP_
#define _RET_IP_ _THIS_IP_
#endif

/* Under VMA_LOCK_STEPS they are called without lockdep too: a test wants to know when. */
#if defined(CONFIG_LOCKDEP) || defined(VMA_LOCK_STEPS)

__rust_helper void vma_lock_helper___vma_lockdep_init(struct vm_area_struct *vma)
{
	static struct lock_class_key lockdep_key;

	lockdep_init_map(__vma_lockdep_map(vma), "vm_lock", &lockdep_key, 0);
}

__rust_helper void vma_lock_helper___vma_lockdep_acquire_read(struct vm_area_struct *vma)
{
	__vma_lockdep_acquire_read(vma);
}

__rust_helper void vma_lock_helper___vma_lockdep_release_read(struct vm_area_struct *vma)
{
	__vma_lockdep_release_read(vma);
}

__rust_helper void vma_lock_helper___vma_lockdep_acquire_exclusive(struct vm_area_struct *vma)
{
	__vma_lockdep_acquire_exclusive(vma);
}

__rust_helper void vma_lock_helper___vma_lockdep_release_exclusive(struct vm_area_struct *vma)
{
	__vma_lockdep_release_exclusive(vma);
}

__rust_helper void vma_lock_helper___vma_lockdep_stat_mark_acquired(struct vm_area_struct *vma)
{
	__vma_lockdep_stat_mark_acquired(vma);
}

#endif

#ifdef CONFIG_LOCKDEP
__rust_helper bool vma_lock_helper___vma_lockdep_is_held(struct vm_area_struct *vma)
{
	return lock_is_held(__vma_lockdep_map(vma));
}
#endif
