/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the C and the Rust of this module call of each other. For bindgen: the
 * kernel's types are only named here.
 */
#ifndef RUST_VMA_SWAP_H
#define RUST_VMA_SWAP_H

struct mm_struct;
struct vm_area_struct;
struct vma_iterator;

/* The bodies, in rust_vma_swap.rs. */
struct vm_area_struct *rust_vma_swap_lock_vma_under_rcu(struct mm_struct *mm,
							unsigned long address);
struct vm_area_struct *rust_vma_swap_lock_next_vma(struct mm_struct *mm, struct vma_iterator *vmi,
						   unsigned long from_addr);
int rust_vma_swap_start_write(struct vm_area_struct *vma, int state);
void rust_vma_swap_exclude_readers_for_detach(struct vm_area_struct *vma);

/*
 * Replaces the kernel's functions by the bodies above. From then on the module
 * cannot be unloaded; the kernel undoes it, when the patch is disabled.
 */
int rust_vma_swap_enable(void);

/* The kernel's own C instead, compiled into this module, in c_bodies.c: for comparison. */
struct vm_area_struct *c_lock_vma_under_rcu(struct mm_struct *mm, unsigned long address);
struct vm_area_struct *c_lock_next_vma(struct mm_struct *mm, struct vma_iterator *vmi,
				       unsigned long from_addr);
int c_start_write(struct vm_area_struct *vma, int state);
void c_exclude_readers_for_detach(struct vm_area_struct *vma);

/* Events, counted since the module was loaded; those of windows.c only with it. */
enum rust_vma_swap_event {
	RUST_VMA_SWAP_READS,
	RUST_VMA_SWAP_READ_FAILURES,
	RUST_VMA_SWAP_NEXT_READS,
	RUST_VMA_SWAP_NEXT_FAILURES,
	RUST_VMA_SWAP_READS_EXCLUDED,
	RUST_VMA_SWAP_READS_DETACHED,
	RUST_VMA_SWAP_READS_BACKED_OFF,
	RUST_VMA_SWAP_READS_IN_OTHER_MM,
	RUST_VMA_SWAP_WRITES,
	RUST_VMA_SWAP_WRITES_INTERRUPTED,
	RUST_VMA_SWAP_SLOW_DETACHES,
	RUST_VMA_SWAP_SLEEPS,
	RUST_VMA_SWAP_WAKEUPS,
	RUST_VMA_SWAP_EVENTS,
};

/* Counts on this CPU. */
void rust_vma_swap_count(enum rust_vma_swap_event event);
/* The sum over all CPUs. */
unsigned long rust_vma_swap_sum(enum rust_vma_swap_event event);

#endif /* RUST_VMA_SWAP_H */
