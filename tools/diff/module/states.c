// SPDX-License-Identifier: GPL-2.0
/*
 * The states: each word, and for lookups each place of the VMA, in all
 * combinations with the rest.
 *
 * A lookup that races with a change of the address space is made from one
 * thread: the tree is as it will be, and the first look is one into the past.
 */
#include "states.h"

#include "../../lib/synthetic_mm/synthetic_mm.h"

#include <linux/maple_tree.h>
#include <linux/mmap_lock.h>

static const u32 words[] = {
	0, 1, 2, 3,
	VM_REFCNT_LIMIT - 1, VM_REFCNT_LIMIT, FLAG, FLAG + 1, FLAG + 2, FLAG + 3,
	FLAG | FLAG >> 1, INT_MAX - 1, INT_MAX, 1U << 31, (1U << 31) + 1,
	3 * FLAG - 1, 3 * FLAG, 3 * FLAG + 1, 3 * FLAG + 2, 0U - 2, 0U - 1,
};

/* In pages from the address: where the tree has the VMA if it is not here, and the other one. */
#define AHEAD		4
#define OTHER_AHEAD	1

#define P		((long)PAGE_SIZE)

static const struct diff_place vma_places[] = {
	{ "first",	0, P,			TREE_HERE },
	{ "last",	1 - P, 1,		TREE_HERE },
	{ "moved_up",	1, P,			TREE_HERE },
	{ "moved_down",	-P, 0,			TREE_HERE },
	{ "hole",	0, P,			TREE_EMPTY },
};

static const struct diff_place next_places[] = {
	{ "first",	0, P,			TREE_HERE },
	{ "last",	1 - P, 1,		TREE_HERE },
	{ "hole",	0, P,			TREE_EMPTY },
	{ "ahead",	AHEAD * P, 5 * P,	TREE_AHEAD, .mmap_unlocked = true },
	{ "ahead_locked", AHEAD * P, 5 * P,	TREE_AHEAD },
	{ "moved_down",	-P, 0,			TREE_FILLED, .mmap_unlocked = true },
	{ "filled_locked", AHEAD * P, 5 * P,	TREE_FILLED },
	{ "filled_since", AHEAD * P, 5 * P,	TREE_FILLED, .mmap_unlocked = true, .changes = true },
	{ "mmap_locked", 0, P,			TREE_HERE, .mmap_locked = true },
};

/* The sequence of a write-locked mm, and the VMA's if it is not write-locked. */
#define MM_SEQ	5
#define OLD_SEQ	3

static enum diff_tree tree;

static const struct diff_place *place(int nr, enum vma_lock_diff_op *op)
{
	if (nr < OP_lock_vma_under_rcu) {
		*op = nr;
		return NULL;
	}
	nr -= OP_lock_vma_under_rcu;
	if (nr < ARRAY_SIZE(vma_places)) {
		*op = OP_lock_vma_under_rcu;
		return &vma_places[nr];
	}
	nr -= ARRAY_SIZE(vma_places);
	*op = nr < ARRAY_SIZE(next_places) ? OP_lock_next_vma : NR_OPS;
	return *op == NR_OPS ? NULL : &next_places[nr];
}

bool diff_cell_nr(int nr, struct diff_cell *cell)
{
	cell->signal = nr % NR_SIGNALS;
	nr /= NR_SIGNALS;
	cell->waiter = nr % 2;
	nr /= 2;
	cell->other_mm = nr % 2;
	nr /= 2;
	cell->write_locked = nr % 2;
	nr /= 2;
	cell->word = words[nr % ARRAY_SIZE(words)];
	nr /= ARRAY_SIZE(words);
	cell->place = place(nr, &cell->op);

	cell->mm_seq = MM_SEQ - (cell->place && cell->place->mmap_unlocked);
	cell->vma_seq = cell->write_locked ? cell->mm_seq : OLD_SEQ;
	return cell->op < NR_OPS;
}

bool diff_is_writer(enum vma_lock_diff_op op)
{
	return op == OP_start_write || op == OP_start_write_killable || op == OP_mark_detached;
}

bool diff_is_reader(enum vma_lock_diff_op op)
{
	return op == OP_refcount_put || op == OP_end_read || op == OP_start_read ||
	       op == OP_lock_vma_under_rcu || op == OP_lock_next_vma;
}

static bool needs_mmap_lock(enum vma_lock_diff_op op)
{
	return !diff_is_reader(op) && op != OP_is_attached && op != OP_start_read_locked;
}

static int plant_tree(enum diff_tree new)
{
	struct mm_struct *mm = world.mm[0];
	int err = 0;

	if (tree == new)
		return 0;
	down_write(&mm->mmap_lock);
	synthetic_mm_unmap(world.synthetic);
	if (new == TREE_HERE)
		err = synthetic_mm_map(world.synthetic, world.vma, VMA_LOCK_DIFF_ADDRESS - P,
				       VMA_LOCK_DIFF_ADDRESS + P);
	if (new == TREE_AHEAD || new == TREE_FILLED)
		err = synthetic_mm_map(world.synthetic, world.vma,
				       VMA_LOCK_DIFF_ADDRESS + AHEAD * P,
				       VMA_LOCK_DIFF_ADDRESS + (AHEAD + 1) * P);
	if (new == TREE_FILLED && !err)
		err = synthetic_mm_map(world.synthetic, world.other,
				       VMA_LOCK_DIFF_ADDRESS + OTHER_AHEAD * P,
				       VMA_LOCK_DIFF_ADDRESS + (OTHER_AHEAD + 1) * P);
	up_write(&mm->mmap_lock);
	tree = err ? TREE_EMPTY : new;
	return err;
}

int diff_set_up(const struct diff_cell *cell, struct task_struct *waiter)
{
	int err = 0;

	if (cell->place)
		err = plant_tree(cell->place->tree);
	for (int i = 0; i < 2; i++) {
		world.mm[i]->mm_lock_seq.sequence = cell->mm_seq;
		rcu_assign_pointer(world.mm[i]->vma_writer_wait.task, NULL);
		atomic_set(&world.mm[i]->mm_count, 10);
	}
	world.vma->vm_mm = world.mm[cell->other_mm];
	world.vma->vm_lock_seq = cell->vma_seq;
	atomic_set(&world.vma->vm_refcnt.refs, cell->word);
	world.other->vm_lock_seq = OLD_SEQ;
	atomic_set(&world.other->vm_refcnt.refs, 1);
	if (cell->place) {
		world.vma->vm_start = VMA_LOCK_DIFF_ADDRESS + cell->place->start;
		world.vma->vm_end = VMA_LOCK_DIFF_ADDRESS + cell->place->end;
	}
	if (cell->waiter)
		rcu_assign_pointer(world.vma->vm_mm->vma_writer_wait.task, waiter);
	return err;
}

void diff_take_locks(const struct diff_cell *cell)
{
	struct mm_struct *mm = world.vma->vm_mm;

	if (needs_mmap_lock(cell->op))
		down_write(&mm->mmap_lock);
	else if (cell->op == OP_start_read_locked)
		down_read(&mm->mmap_lock);
#ifdef CONFIG_PER_VMA_LOCK
	if (cell->op == OP_refcount_put || cell->op == OP_end_read)
		__vma_lockdep_acquire_read(world.vma);
#endif
	if (cell->op == OP_start_read || cell->op == OP_lock_next_vma)
		rcu_read_lock();
}

void diff_drop_locks(const struct diff_cell *cell)
{
	struct mm_struct *mm = world.vma->vm_mm;

	if (needs_mmap_lock(cell->op))
		up_write(&mm->mmap_lock);
	else if (cell->op == OP_start_read_locked)
		up_read(&mm->mmap_lock);
}

bool diff_look(const struct diff_cell *cell, int n, struct ma_state *mas)
{
	if (n == 0 && cell->place->tree == TREE_FILLED) {
		/* As if the gap had not been filled yet. */
		mas->index = VMA_LOCK_DIFF_ADDRESS + AHEAD * P;
		mas->last = max(mas->last, mas->index);
	}
	if (n == 0 && cell->place->changes)
		world.mm[0]->mm_lock_seq.sequence += 2;
	/* Whoever detached it has put something else in its place. */
	if (n == 1 && !atomic_read(&world.vma->vm_refcnt.refs))
		atomic_set(&world.vma->vm_refcnt.refs, 1);
	return n >= DIFF_MAX_LOOKS;
}
