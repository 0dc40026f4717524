// SPDX-License-Identifier: GPL-2.0
/*
 * What a kernel with lockdep and other checks calls beside all others: who holds the mmap lock and the
 * VMA's is known here, the rest does nothing.
 */
#include "world.h"

#include <linux/rwsem.h>

#ifdef CONFIG_DEBUG_LOCK_ALLOC
void down_read_nested(struct rw_semaphore *sem, int subclass)
{
	x_nested(subclass);
	down_read(sem);
}

int down_read_killable_nested(struct rw_semaphore *sem, int subclass)
{
	x_nested(subclass);
	return down_read_killable(sem);
}

void down_write_nested(struct rw_semaphore *sem, int subclass)
{
	x_nested(subclass);
	down_write(sem);
}

int down_write_killable_nested(struct rw_semaphore *sem, int subclass)
{
	x_nested(subclass);
	return down_write_killable(sem);
}

void _down_write_nest_lock(struct rw_semaphore *sem, struct lockdep_map *nest_lock)
{
	down_write(sem);
}

void up_read_non_owner(struct rw_semaphore *sem)
{
	up_read(sem);
}
#endif

#ifdef CONFIG_LOCKDEP
int debug_locks = 1;
struct lockdep_map rcu_callback_map;

/* @read: 0 for writing, 1 for reading, -1 either. */
int lock_is_held_type(const struct lockdep_map *map, int read)
{
	const int mm = x_mm_of(map), vma = x_vma_of(map);

	if (x_beginning)
		return 1;
	if (mm >= 0)
		return x_self.mmap[mm] == X_WRITE_LOCK ? read != 1 : x_self.mmap[mm] && read;
	return vma < 0 || x_self.holds[vma] > 0;
}

/* That it cannot be told. */
u32 lock_sequence(struct lockdep_map *map)
{
	return ~0U;
}

int debug_lockdep_rcu_enabled(void)
{
	return 0;
}

bool rcu_is_watching(void)
{
	return true;
}

void lockdep_init_map_type(struct lockdep_map *map, const char *name, struct lock_class_key *key, int subclass,
			   u8 inner, u8 outer, u8 lock_type)
{
}

void fs_reclaim_acquire(gfp_t gfp_mask)
{
}

void fs_reclaim_release(gfp_t gfp_mask)
{
}
#endif

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
void __might_sleep(const char *file, int line)
{
}
#endif

#ifdef CONFIG_KCSAN
/* What is said to it of an access: the access is seen as well (steps.c, atomics.h). */
void __kcsan_check_access(const volatile void *ptr, size_t size, int type)
{
}

void kcsan_atomic_next(int n)
{
}

void kcsan_nestable_atomic_begin(void)
{
}

void kcsan_nestable_atomic_end(void)
{
}

void kcsan_disable_current(void)
{
}

void kcsan_enable_current_nowarn(void)
{
}
#endif
