/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is timed, in the kernel by time.c and on the host by tools/bench/native.c:
 * each loop once over the C functions and once over the Rust ones. All of them
 * expect an attached VMA and leave it so.
 */
#ifndef VMA_LOCK_BENCH_LOOPS_H
#define VMA_LOCK_BENCH_LOOPS_H

struct mm_struct;
struct vm_area_struct;

typedef void (*loop)(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n);

#define DECLARE_LOOP(name)							\
	void c_##name(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n);	\
	void rust_##name(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n)

/* vma_start_read, vma_end_read; also where the first fails for a writer */
DECLARE_LOOP(reads);
/* vma_start_read_locked, vma_end_read; takes the mmap lock once */
DECLARE_LOOP(reads_locked);
/* vma_mark_detached, vma_mark_attached; takes the mmap lock once */
DECLARE_LOOP(detaches);
/* vma_start_write, vma_end_write_all; takes the mmap lock once */
DECLARE_LOOP(writes);
/* 50 reads, then the mmap lock and vma_start_write */
DECLARE_LOOP(writes_seldom);
/* n VMAs, one after the other, read-locked: @vma is the first of an array, @stride apart */
void c_reads_each(struct mm_struct *mm, void *vmas, unsigned long stride, unsigned long n);
void rust_reads_each(struct mm_struct *mm, void *vmas, unsigned long stride, unsigned long n);

#endif /* VMA_LOCK_BENCH_LOOPS_H */
