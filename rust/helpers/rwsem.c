// SPDX-License-Identifier: GPL-2.0

#include <linux/lockdep.h>
#include <linux/rwsem.h>

void vma_lock_helper_down_write_nested(struct rw_semaphore *sem, int subclass)
{
	down_write_nested(sem, subclass);
}

/* Precise with lockdep; without, any holder will do. */
bool vma_lock_helper_rwsem_is_held(struct rw_semaphore *sem)
{
	if (IS_ENABLED(CONFIG_LOCKDEP))
		return lockdep_is_held(sem);
	return rwsem_is_locked(sem);
}

bool vma_lock_helper_rwsem_is_contended(struct rw_semaphore *sem)
{
	return rwsem_is_contended(sem);
}

void vma_lock_helper_rwsem_assert_held(const struct rw_semaphore *sem)
{
	rwsem_assert_held(sem);
}

void vma_lock_helper_rwsem_assert_held_write(const struct rw_semaphore *sem)
{
	rwsem_assert_held_write(sem);
}
