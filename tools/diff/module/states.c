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
	/* More readers: these only without signals. */
	4, 5, 6, 7, 8, FLAG + 4, FLAG + 5, FLAG + 6, FLAG + 7, FLAG + 8,
};
#define FIRST_MORE	(ARRAY_SIZE(words) - 10)

/* Where a caller breaks the rules, and what has nothing to do with counts. */
static const u32 few_words[] = { 0, 1, 2, FLAG, FLAG + 1, VM_REFCNT_LIMIT };

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
	{ "mmap_locked", 0, P,			TREE_HERE, .mmap_locked = DIFF_WRITE },
	{ "no_rcu",	0, P,			TREE_HERE, .no_rcu = true },
};

static const struct diff_place no_mmap_lock = { "no_mmap_lock", .no_mmap_lock = true };
static const struct diff_place under_read_lock = { "read_lock", .read_lock = true };
static const struct diff_place unlocked = { "unlocked", .mmap_unlocked = true };
static const struct diff_place no_rcu = { "no_rcu", .no_rcu = true };
static const struct diff_place locked_for_read = { "locked_for_read", .mmap_locked = DIFF_READ };
static const struct diff_place locked_for_write = { "mmap_locked", .mmap_locked = DIFF_WRITE };

/* The sequence of a write-locked mm, and the VMA's if it is not write-locked. */
#define MM_SEQ	5
#define OLD_SEQ	3

static enum diff_tree tree;

bool diff_is_writer(enum vma_lock_diff_op op)
{
	return op == OP_start_write || op == OP_start_write_killable || op == OP_mark_detached;
}

bool diff_is_reader(enum vma_lock_diff_op op)
{
	return op == OP_refcount_put || op == OP_end_read || op == OP_start_read ||
	       op == OP_lock_vma_under_rcu || op == OP_lock_next_vma;
}

enum needs { NEEDS_NOTHING, NEEDS_READ, NEEDS_WRITE };

/* Of the mmap lock, by its caller. */
static enum needs needs(enum vma_lock_diff_op op)
{
	switch (op) {
	case OP_start_read_locked:
	case OP_start_read_locked_nested:
	case OP_mmap_assert_locked:
	case OP_mmap_read_unlock:
	case OP_mmap_read_unlock_non_owner:
		return NEEDS_READ;
	case OP_is_attached:
	case OP_speculate:
	case OP_mmap_write_lock ... OP_mmap_read_trylock:
		return NEEDS_NOTHING;
	default:
		return diff_is_reader(op) ? NEEDS_NOTHING : NEEDS_WRITE;
	}
}

static bool frees_mmap_lock(enum vma_lock_diff_op op)
{
	return op >= OP_mmap_write_unlock && op <= OP_mmap_read_unlock_non_owner;
}

static bool looks_up(enum vma_lock_diff_op op)
{
	return op == OP_lock_vma_under_rcu || op == OP_lock_next_vma;
}

static bool takes_mmap_lock(enum vma_lock_diff_op op)
{
	return op >= OP_mmap_write_lock && op <= OP_mmap_read_trylock;
}

/* Number @nr of the places of an operation; false: it has none of that number. */
static bool place(enum vma_lock_diff_op op, int nr, const struct diff_place **place)
{
	const struct diff_place *list = NULL;
	int n = 1;

	*place = NULL;
	if (op == OP_lock_vma_under_rcu) {
		list = vma_places;
		n = ARRAY_SIZE(vma_places);
	} else if (op == OP_lock_next_vma) {
		list = next_places;
		n = ARRAY_SIZE(next_places);
	}
	if (list) {
		*place = &list[nr];
		return nr < n;
	}
	if (!nr)
		return true;
	if (op == OP_start_read)
		*place = nr == 1 ? &no_rcu : NULL;
	else if (op == OP_speculate)
		*place = nr == 1 ? &unlocked : NULL;
	else if (takes_mmap_lock(op))
		*place = nr == 1 ? &locked_for_read : nr == 2 ? &locked_for_write : NULL;
	else if (needs(op) != NEEDS_NOTHING && !frees_mmap_lock(op))
		*place = nr == 1 ? &no_mmap_lock :
			 nr == 2 && needs(op) == NEEDS_WRITE ? &under_read_lock : NULL;
	return *place;
}

/* The row of the table: an operation and a place. False: there are no more. */
static bool row(int nr, struct diff_cell *cell)
{
	for (cell->op = 0; cell->op < NR_OPS; cell->op++)
		for (int i = 0; place(cell->op, i, &cell->place); i++)
			if (!nr--)
				return true;
	return false;
}

static bool is_one_of(u32 word, const u32 *list, int n)
{
	while (n--)
		if (word == list[n])
			return true;
	return false;
}

static bool is_worth_it(const struct diff_cell *cell, int word)
{
	const struct diff_place *place = cell->place;

	/* The count is none of their business. */
	if (cell->op >= OP_speculate)
		return cell->word == 1 && !cell->waiter && !cell->write_locked && !cell->other_mm;
	if (place && (place->no_mmap_lock || place->read_lock || place->no_rcu))
		return cell->signal == SIGNAL_NONE && !cell->waiter &&
		       is_one_of(cell->word, few_words, ARRAY_SIZE(few_words));
	return word < FIRST_MORE || cell->signal == SIGNAL_NONE;
}

bool diff_cell_nr(int nr, struct diff_cell *cell)
{
	int word;

	cell->signal = nr % NR_SIGNALS;
	nr /= NR_SIGNALS;
	cell->waiter = nr % 2;
	nr /= 2;
	cell->other_mm = nr % 2;
	nr /= 2;
	cell->write_locked = nr % 2;
	nr /= 2;
	word = nr % ARRAY_SIZE(words);
	cell->word = words[word];
	if (!row(nr / ARRAY_SIZE(words), cell))
		return false;

	cell->mm_seq = MM_SEQ - ((cell->place && cell->place->mmap_unlocked) || takes_mmap_lock(cell->op));
	cell->vma_seq = cell->write_locked ? cell->mm_seq : OLD_SEQ;
	cell->worth_it = is_worth_it(cell, word);
	return true;
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

	if (looks_up(cell->op))
		err = plant_tree(cell->place->tree);
	for (int i = 0; i < 2; i++) {
		world.mm[i]->mm_lock_seq.sequence = cell->mm_seq;
		rcu_assign_pointer(world.mm[i]->vma_writer_wait.task, NULL);
		atomic_set(&world.mm[i]->mm_count, 10);
	}
	world.unwatched->vm_mm = world.mm[cell->other_mm];
	world.unwatched->vm_lock_seq = cell->vma_seq;
	atomic_set(&world.unwatched->vm_refcnt.refs, cell->word);
	world.other->vm_lock_seq = OLD_SEQ;
	atomic_set(&world.other->vm_refcnt.refs, 1);
	if (looks_up(cell->op)) {
		world.unwatched->vm_start = VMA_LOCK_DIFF_ADDRESS + cell->place->start;
		world.unwatched->vm_end = VMA_LOCK_DIFF_ADDRESS + cell->place->end;
	}
	if (cell->waiter)
		rcu_assign_pointer(world.unwatched->vm_mm->vma_writer_wait.task, waiter);
	return err;
}

void diff_take_locks(const struct diff_cell *cell)
{
	const struct diff_place *place = cell->place;
	struct mm_struct *mm = world.unwatched->vm_mm;
	enum needs lock = needs(cell->op);

	if (place && place->no_mmap_lock)
		lock = NEEDS_NOTHING;
	if (place && place->read_lock)
		lock = NEEDS_READ;
	if (lock == NEEDS_WRITE)
		down_write(&mm->mmap_lock);
	else if (cell->op == OP_mmap_read_unlock_non_owner)
		down_read_non_owner(&mm->mmap_lock);
	else if (lock == NEEDS_READ)
		down_read(&mm->mmap_lock);
#ifdef CONFIG_PER_VMA_LOCK
	if (cell->op == OP_refcount_put || cell->op == OP_end_read)
		__vma_lockdep_acquire_read(world.vma);
#endif
	if (cell->op == OP_start_read || cell->op == OP_lock_next_vma)
		rcu_read_lock();
}

enum diff_lock diff_mmap_lock(const struct diff_cell *cell, bool drop)
{
	struct mm_struct *mm = looks_up(cell->op) ? world.mm[0] : world.unwatched->vm_mm;
	struct rw_semaphore *sem = &mm->mmap_lock;

	if (!rwsem_is_locked(sem))
		return DIFF_FREE;
	if (down_read_trylock(sem)) {
		up_read(sem);
		if (drop)
			up_read(sem);
		return DIFF_READ;
	}
	if (drop)
		up_write(sem);
	return DIFF_WRITE;
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
	if (n == 1 && !atomic_read(&world.unwatched->vm_refcnt.refs))
		atomic_set(&world.unwatched->vm_refcnt.refs, 1);
	return n >= DIFF_MAX_LOOKS;
}
