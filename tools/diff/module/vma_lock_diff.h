/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The differential module: what a side is, and what the module does with it.
 *
 * A side is one implementation of the protocol: the tree's C, the tree's C with
 * somebody's patch on it, the Rust library. The C sides are modules of their
 * own, made of tree_side.c by tools/diff/run; Rust is a part of vma_lock_diff.ko.
 *
 * The module decides nothing. It runs each side through the same cells and writes
 * down what was seen; tools/diff/run compares.
 */
#ifndef VMA_LOCK_DIFF_H
#define VMA_LOCK_DIFF_H

#include <linux/types.h>

struct mm_struct;
struct vm_area_struct;
struct rcuwait;
struct module;

/* Every entry point of the protocol that the rest of mm/ uses; those of the mmap lock's come last. */
#define VMA_LOCK_DIFF_OPS(X)		\
	X(refcount_put)			\
	X(end_read)			\
	X(start_read)			\
	X(start_read_locked)		\
	X(start_write)			\
	X(start_write_killable)		\
	X(mark_attached)		\
	X(mark_detached)		\
	X(is_attached)			\
	X(assert_attached)		\
	X(assert_detached)		\
	X(assert_write_locked)		\
	X(assert_locked)		\
	X(lock_init)			\
	X(lock_init_reset)		\
	X(end_write_all)		\
	X(lock_vma_under_rcu)		\
	X(lock_next_vma)		\
	X(start_read_locked_nested)	\
	X(assert_stabilised)		\
	X(assert_can_modify)		\
	X(speculate)			\
	X(mmap_assert_locked)		\
	X(mmap_assert_write_locked)	\
	X(mmap_write_lock)		\
	X(mmap_write_lock_nested)	\
	X(mmap_write_lock_killable)	\
	X(mmap_read_lock)		\
	X(mmap_read_lock_killable)	\
	X(mmap_read_trylock)		\
	X(mmap_write_unlock)		\
	X(mmap_write_downgrade)		\
	X(mmap_read_unlock)		\
	X(mmap_read_unlock_non_owner)

enum vma_lock_diff_op {
#define X(name) OP_##name,
	VMA_LOCK_DIFF_OPS(X)
#undef X
	NR_OPS
};

/* Where lookups look for the VMA. */
#define VMA_LOCK_DIFF_ADDRESS	(16UL << 20)

/*
 * Those that return a VMA: 1 it is @vma, 2 another one, 0 NULL, or an error; others:
 * what C returns, void is 0. NULL: this side cannot be asked.
 */
typedef int (*vma_lock_diff_fn)(struct mm_struct *mm, struct vm_area_struct *vma);

/* What a side and the module must agree on. */
struct vma_lock_diff_field {
	char name[44];
	u32 at;
};

#define VMA_LOCK_DIFF_FIELDS(X)			\
	X(vm_area_struct, vm_start)		\
	X(vm_area_struct, vm_end)		\
	X(vm_area_struct, vm_mm)		\
	X(vm_area_struct, vm_lock_seq)		\
	X(vm_area_struct, vm_refcnt)		\
	X(mm_struct, mm_count)			\
	X(mm_struct, mm_mt)			\
	X(mm_struct, mmap_lock)			\
	X(mm_struct, mm_lock_seq)		\
	X(mm_struct, vma_writer_wait)

#define __VMA_LOCK_DIFF_ONE(type, field)	+ 1
#define VMA_LOCK_DIFF_NR_FIELDS	(1 VMA_LOCK_DIFF_FIELDS(__VMA_LOCK_DIFF_ONE))

#define __VMA_LOCK_DIFF_AT(type, field)	{ #type "." #field, offsetof(struct type, field) },
#define VMA_LOCK_DIFF_LAYOUT {						\
	VMA_LOCK_DIFF_FIELDS(__VMA_LOCK_DIFF_AT)			\
	{ "sizeof vm_area_struct", sizeof(struct vm_area_struct) },	\
}

struct vma_lock_diff_side {
	const char *name;
	struct module *owner;
	/* VM_REFCNT_EXCLUDE_READERS_FLAG, VM_REFCNT_LIMIT as this side has them. */
	u32 flag, limit;
	/* Where this side thinks the fields are. */
	struct vma_lock_diff_field layout[VMA_LOCK_DIFF_NR_FIELDS];
	vma_lock_diff_fn op[NR_OPS];
};

/* Runs the side through everything. Sleeps. -EINVAL: its layout is not the kernel's. */
int vma_lock_diff_run(const struct vma_lock_diff_side *side);

/* What the hooks of a C side call in the place of the kernel's functions. */
void vma_lock_diff_schedule(void);
int vma_lock_diff_rcu_read_lock_held(void);

/* A lockdep map is acquired or released, whether the kernel has lockdep or not. */
/* The arguments: a subclass of 0 to 7, and any of these. */
#define DIFF_LOCKDEP_ACQUIRE	(1 << 3)
#define DIFF_LOCKDEP_ACQUIRED	(1 << 4)
#define DIFF_LOCKDEP_READ	(1 << 5)
#define DIFF_LOCKDEP_RECURSIVE	(1 << 6)
#define DIFF_LOCKDEP_TRY	(1 << 7)
#define DIFF_LOCKDEP_CHECK	(1 << 8)
#define DIFF_LOCKDEP_NEST	(1 << 9)
void vma_lock_diff_annotation(u32 what);

/* Around the condition of an assertion that this kernel leaves out; @failed: it would speak up. */
void vma_lock_diff_assert_begin(void);
void vma_lock_diff_assert_end(bool failed);

#endif /* VMA_LOCK_DIFF_H */
