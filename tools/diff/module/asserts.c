// SPDX-License-Identifier: GPL-2.0
/*
 * Assertions that this kernel is built without, and what it does not tell
 * lockdep: the hooks of a C side show them all the same.
 */
#include "states.h"

#include <linux/export.h>
#include <linux/rcupdate.h>

/* What lockdep has been told: the word at that time, and if readers are excluded. */
static u32 acquired_at;
static bool excluded;

void diff_asserts_begin(u32 word)
{
	acquired_at = word;
	excluded = false;
}

void vma_lock_diff_assert_begin(void)
{
	diff_in_assertion = true;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_assert_begin);

void vma_lock_diff_assert_end(bool failed)
{
	struct diff_seen *seen = diff_noted();

	diff_in_assertion = false;
	if (failed && seen && seen->asserts < U8_MAX)
		seen->asserts++;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_assert_end);

void vma_lock_diff_annotation(u32 what)
{
	struct diff_seen *seen = diff_noted();
	u32 word;

	if (!diff_watched_cell())
		return;
	word = atomic_read(&world.unwatched->vm_refcnt.refs);
	if (what & DIFF_LOCKDEP_ACQUIRE) {
		acquired_at = word;
		excluded = !(what & (DIFF_LOCKDEP_READ | DIFF_LOCKDEP_RECURSIVE));
	}
	/* A reader that tells of its release afterwards uses a VMA that may have been freed. */
	if (!what && !excluded && word < acquired_at)
		what = DIFF_LOCKDEP_LATE;
	if (seen->lockdeps < ARRAY_SIZE(seen->lockdep))
		seen->lockdep[seen->lockdeps++] = what;
}
EXPORT_SYMBOL_GPL(vma_lock_diff_annotation);

/* Some are told that it is not: so an assertion that nobody makes any more is missed. */
int vma_lock_diff_rcu_read_lock_held(void)
{
	const struct diff_cell *cell = diff_watched_cell();

	/* A kernel that asks this itself would report it. */
	if (!IS_ENABLED(CONFIG_PROVE_RCU) && cell && cell->place && cell->place->no_rcu)
		return 0;
	return rcu_read_lock_held() && (!IS_ENABLED(CONFIG_PREEMPT_RCU) || rcu_preempt_depth());
}
EXPORT_SYMBOL_GPL(vma_lock_diff_rcu_read_lock_held);
