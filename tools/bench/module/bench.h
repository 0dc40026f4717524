/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is measured: each function as one symbol of its own, in C (oracle/) and
 * in Rust (bench.rs), of the same signature.
 */
#ifndef VMA_LOCK_BENCH_H
#define VMA_LOCK_BENCH_H

#include "../../../oracle/oracle.h"

struct seq_file;

bool bench_are_readers_excluded(int refcnt);
void bench_vma_refcount_put(struct vm_area_struct *vma);
struct vm_area_struct *bench_vma_start_read(struct mm_struct *mm, struct vm_area_struct *vma);
bool bench_vma_start_read_locked(struct vm_area_struct *vma);
void bench_vma_start_write(struct vm_area_struct *vma);
void bench_vma_mark_attached(struct vm_area_struct *vma);
void bench_vma_mark_detached(struct vm_area_struct *vma);

/* step.c: debugfs files "instructions", "trace" and "at" */
int bench_instructions_show(struct seq_file *m, void *unused);
int bench_trace_show(struct seq_file *m, void *unused);
int bench_at_show(struct seq_file *m, void *unused);

/* time.c: debugfs file "time" */
int bench_time_show(struct seq_file *m, void *unused);

#endif /* VMA_LOCK_BENCH_H */
