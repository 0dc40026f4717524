// SPDX-License-Identifier: GPL-2.0
/*
 * One thread, one operation, from a state that is put there, reachable or not: what the guest tries
 * on a real kernel too, here with what ran being counted.
 */
#include "world.h"

#include <linux/mm.h>

#define FLAG	VM_REFCNT_EXCLUDE_READERS_FLAG

static const u32 words[] = {
	0, 1, 2, 3, 4, 5, FLAG - 2, FLAG - 1, FLAG, FLAG + 1, FLAG + 2, FLAG + 3, 2 * FLAG - 1, 2 * FLAG,
	3 * FLAG - 1, 3 * FLAG, 3 * FLAG + 1, 4U * FLAG - 1,
};

static const char *const names[] = {
#define X(name) [X_OP_##name] = #name,
	X_OPS(X)
#undef X
};

static int op;

static bool of_mmap_lock(void)
{
	return !strncmp(names[op], "mmap_", 5) || !strncmp(names[op], "speculate_", 10);
}

static bool killable(void)
{
	return strstr(names[op], "killable");
}

/* Does the kernel have it, before any change? Rust has all. */
static bool in_base(void)
{
#ifndef BASE_HAS_vma_assert_stabilised
	if (op == X_OP_assert_stabilised)
		return false;
#endif
#ifndef BASE_HAS_vma_assert_can_modify
	if (op == X_OP_assert_can_modify)
		return false;
#endif
	return true;
}

/* How many states there are to begin operation @nr from; 0: there is no such operation. */
int x_alone_states(int nr, const char **name)
{
	if (nr >= X_NR_OPS)
		return 0;
	op = nr;
	*name = names[op];
	/* They need a tree: lookups.c. */
	if (op == X_OP_lock_vma_under_rcu || op == X_OP_lock_next_vma || !in_base())
		return -1;
	if (!x_writers->op[op]) {
		/* Rust has no unlock on behalf of another task. */
		if (op == X_OP_mmap_read_unlock_non_owner)
			return -1;
		x_cannot("lacks the operation ", names[op]);
	}
	return (of_mmap_lock() ? 1 : ARRAY_SIZE(words)) * 3 * 2 * 2 * (killable() ? 2 : 1);
}

static unsigned int take(unsigned int *from, unsigned int n)
{
	const unsigned int part = *from % n;

	*from /= n;
	return part;
}

/* What of the mmap lock the caller of an operation holds: nothing, for reading (1), for writing (2). */
static unsigned int asks_for(const char *name)
{
	static const char *const of_writers[] = {
		"start_write", "mark_", "assert_", "lock_init", "end_write", "mmap_write_unlock", "mmap_write_downgrade",
		"mmap_assert",
	};

	if (strstr(name, "read_locked") || strstr(name, "read_unlock"))
		return 1;
	for (int i = 0; i < ARRAY_SIZE(of_writers); i++)
		if (!strncmp(name, of_writers[i], strlen(of_writers[i])))
			return 2;
	return 0;
}

/*
 * Does paths.c begin there? Others have the count as they like; the mmap lock is as the operation asks
 * for, and who owns it has a VMA of its mm.
 */
int x_planted_for_path(int planted)
{
	unsigned int rest = planted, held = take(&rest, 3), other_mm;

	take(&rest, 2);
	other_mm = take(&rest, 2);
	if (killable())
		take(&rest, 2);
	/* This one tells whether the lock is held. */
	if (!strcmp(names[op], "assert_stabilised"))
		return held != 1 && !other_mm && words[rest] <= 2;
	return held == asks_for(names[op]) && (!other_mm || !held) && (of_mmap_lock() || words[rest] == 1);
}

/* Makes state @planted of x_alone_states(). */
void x_plant(int planted)
{
	struct vm_area_struct *vma = &x_world.vma[0];
	unsigned int rest = planted, held = take(&rest, 3);
	struct mm_struct *mm = x_mm(0);

	/* The mmap lock: free, held for reading, held for writing by this thread. */
	*x_rwsem_word(&mm->mmap_lock) = held == 2 ? X_RWSEM_WRITTEN : X_RWSEM_FREE + held * X_RWSEM_READER;
	mm->mm_lock_seq.sequence += held == 2;
	vma->vm_lock_seq = take(&rest, 2) ? mm->mm_lock_seq.sequence : 3;
	if (take(&rest, 2))
		vma->vm_mm = x_mm(1);
	if (killable() && take(&rest, 2))
		x_kill(0);
	if (!of_mmap_lock())
		atomic_set(&vma->vm_refcnt.refs, words[rest]);
}

void x_role_alone(void)
{
	const x_rwsem_t word = *x_rwsem_word(&x_mm(0)->mmap_lock);

	x_self.mmap[0] = word == X_RWSEM_WRITTEN ? X_WRITE_LOCK : word != X_RWSEM_FREE ? X_READ_LOCK : 0;
	x_self.seq = x_mm(0)->mm_lock_seq.sequence;
	if (op == X_OP_start_read)
		x_rcu_read_lock();
	if (!x_writers->op[op])
		x_cannot("lacks the operation ", names[op]);
	x_self.ret = x_writers->op[op](x_mm(0), &x_world.vma[0]);
	x_settle();
	x_self.ret = x_self.ret * 16 + x_self.rcu * 4 + x_self.mmap[0];
	x_self.rcu = x_self.mmap[0] = 0;
}
