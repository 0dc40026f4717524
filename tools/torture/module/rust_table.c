// SPDX-License-Identifier: GPL-2.0
/*
 * The Rust library as a side: the table of the functions in rust_side.rs.
 */
#include "torture.h"

struct vm_area_struct *torture_rust_lock_vma_under_rcu(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *torture_rust_lock_next_vma(struct mm_struct *mm, unsigned long addr);
bool torture_rust_start_read_locked(struct vm_area_struct *vma);
void torture_rust_end_read(struct vm_area_struct *vma);
void torture_rust_start_write(struct vm_area_struct *vma);
int torture_rust_start_write_killable(struct vm_area_struct *vma);
void torture_rust_lock_init(struct vm_area_struct *vma);
void torture_rust_mark_attached(struct vm_area_struct *vma);
void torture_rust_mark_detached(struct vm_area_struct *vma);
void torture_rust_mmap_write_lock(struct mm_struct *mm);
void torture_rust_mmap_write_unlock(struct mm_struct *mm);
void torture_rust_mmap_write_downgrade(struct mm_struct *mm);
void torture_rust_mmap_read_lock(struct mm_struct *mm);
void torture_rust_mmap_read_unlock(struct mm_struct *mm);

const struct torture_side torture_rust_side = {
	.lock_vma_under_rcu = torture_rust_lock_vma_under_rcu,
	.lock_next_vma = torture_rust_lock_next_vma,
	.start_read_locked = torture_rust_start_read_locked,
	.end_read = torture_rust_end_read,
	.start_write = torture_rust_start_write,
	.start_write_killable = torture_rust_start_write_killable,
	.lock_init = torture_rust_lock_init,
	.mark_attached = torture_rust_mark_attached,
	.mark_detached = torture_rust_mark_detached,
	.mmap_write_lock = torture_rust_mmap_write_lock,
	.mmap_write_unlock = torture_rust_mmap_write_unlock,
	.mmap_write_downgrade = torture_rust_mmap_write_downgrade,
	.mmap_read_lock = torture_rust_mmap_read_lock,
	.mmap_read_unlock = torture_rust_mmap_read_unlock,
};
