// SPDX-License-Identifier: GPL-2.0
/*
 * Measures the per-VMA lock in C and in Rust, when its files in debugfs
 * vma_lock_bench/ are read:
 *
 *   instructions  FUNCTION IMPL EXECUTED CALLS FTRACE_NOPS, by single-stepping
 *   trace         the same instructions one by one
 *   time          NAME IMPL ROUND NANOSECONDS OPERATIONS
 */
#include "bench.h"

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

DEFINE_SHOW_ATTRIBUTE(bench_instructions);
DEFINE_SHOW_ATTRIBUTE(bench_trace);
DEFINE_SHOW_ATTRIBUTE(bench_time);

static struct dentry *dir;

static int __init bench_init(void)
{
	dir = debugfs_create_dir("vma_lock_bench", NULL);
	debugfs_create_file("instructions", 0400, dir, NULL, &bench_instructions_fops);
	debugfs_create_file("trace", 0400, dir, NULL, &bench_trace_fops);
	debugfs_create_file("time", 0400, dir, NULL, &bench_time_fops);
	return 0;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
}
module_exit(bench_exit);

MODULE_AUTHOR("vma_lock developers");
MODULE_DESCRIPTION("Per-VMA lock: C and Rust measured");
MODULE_LICENSE("GPL");
