// SPDX-License-Identifier: GPL-2.0

#include <linux/lockdep.h>
#include <linux/rwsem.h>

__rust_helper void vma_lock_helper_down_write_nested(struct rw_semaphore *sem, int subclass)
{
	down_write_nested(sem, subclass);
}

/* Precise with lockdep; without, any holder will do. */
__rust_helper bool vma_lock_helper_rwsem_is_held(struct rw_semaphore *sem)
{
	if (IS_ENABLED(CONFIG_LOCKDEP))
		return lockdep_is_held(sem);
	return rwsem_is_locked(sem);
}

__rust_helper bool vma_lock_helper_rwsem_is_contended(struct rw_semaphore *sem)
{
	return rwsem_is_contended(sem);
}

__rust_helper void vma_lock_helper_rwsem_assert_held(const struct rw_semaphore *sem)
{
	rwsem_assert_held(sem);
}

__rust_helper void vma_lock_helper_rwsem_assert_held_write(const struct rw_semaphore *sem)
{
	rwsem_assert_held_write(sem);
}
