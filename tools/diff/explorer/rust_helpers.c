// SPDX-License-Identifier: GPL-2.0
/*
 * The C that the Rust library calls, with the stops that the C sides have: its own helpers, those
 * behind the kernel crate, and what the protocol runs through.
 */
#define VMA_LOCK_STEPS
#include "hooks.h"

#include "../../../rust/helpers/helpers.c"

#include <linux/module.h>

#include "rcuwait_filtered.h"
#include "refcount_filtered.h"
#include "side.h"

/* rust/vma_lock/sys/kernel/once.rs, warn.rs */
void vma_lock_before_load(const void *word, size_t size);
void vma_lock_before_load(const void *word, size_t size)
{
	x_step("READ_ONCE", X_LOAD, word, size);
}

void vma_lock_before_store(const void *word, size_t size);
void vma_lock_before_store(const void *word, size_t size)
{
	x_step("WRITE_ONCE", X_STORE, word, size);
}

void vma_lock_warned(void);
void vma_lock_warned(void)
{
	x_warn("WARN", true);
}

/* rust_side.rs */
unsigned int *x_seq(void);
unsigned int *x_seq(void)
{
	return &x_self.seq;
}

void rust_helper_rcu_read_lock(void);
void rust_helper_rcu_read_lock(void)
{
	rcu_read_lock();
}

void rust_helper_rcu_read_unlock(void);
void rust_helper_rcu_read_unlock(void)
{
	rcu_read_unlock();
}

void rust_helper_mmgrab(struct mm_struct *mm);
void rust_helper_mmgrab(struct mm_struct *mm)
{
	mmgrab(mm);
}

void rust_helper_mmdrop(struct mm_struct *mm);
void rust_helper_mmdrop(struct mm_struct *mm)
{
	mmdrop(mm);
}

void rust_helper_refcount_set(refcount_t *r, int n);
void rust_helper_refcount_set(refcount_t *r, int n)
{
	refcount_set(r, n);
}

#define X(name) int vma_lock_diff_rust_##name(struct mm_struct *mm, struct vm_area_struct *vma);
X_OPS(X)
#undef X

extern const struct x_side x_side_rust;
const struct x_side x_side_rust = {
	.name = "rust",
	.op = {
#define X(name) [X_OP_##name] = vma_lock_diff_rust_##name,
		X_OPS(X)
#undef X
	},
};
