// SPDX-License-Identifier: GPL-2.0
/*
 * The tree's own C as a livepatch, counted as the Rust bodies are. What is slower with
 * Rust than with these is due to the language; the rest, to being a livepatch.
 */
#include "swap.h"

#include "../../oracle/oracle.h"

#include <linux/compiler.h>
#include <linux/err.h>

/* As in Rust, none may end in a tail call; rust_vma_swap.rs says why. */
static __always_inline void count(enum rust_vma_swap_event event)
{
	rust_vma_swap_count(event);
	barrier();
}

struct vm_area_struct *c_lock_vma_under_rcu(struct mm_struct *mm, unsigned long address)
{
	struct vm_area_struct *vma = oracle_lock_vma_under_rcu(mm, address);

	count(vma ? RUST_VMA_SWAP_READS : RUST_VMA_SWAP_READ_FAILURES);
	return vma;
}

struct vm_area_struct *c_lock_next_vma(struct mm_struct *mm, struct vma_iterator *vmi,
				       unsigned long from_addr)
{
	struct vm_area_struct *vma = oracle_lock_next_vma(mm, vmi, from_addr);

	count(IS_ERR_OR_NULL(vma) ? RUST_VMA_SWAP_NEXT_FAILURES : RUST_VMA_SWAP_NEXT_READS);
	return vma;
}

int c_start_write(struct vm_area_struct *vma, int state)
{
	const int err = oracle___vma_start_write(vma, state);

	count(err ? RUST_VMA_SWAP_WRITES_INTERRUPTED : RUST_VMA_SWAP_WRITES);
	return err;
}

void c_exclude_readers_for_detach(struct vm_area_struct *vma)
{
	oracle___vma_exclude_readers_for_detach(vma);
	count(RUST_VMA_SWAP_SLOW_DETACHES);
}
