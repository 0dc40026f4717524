// SPDX-License-Identifier: GPL-2.0
/*
 * Measures the per-VMA lock in C and in Rust, when its files in debugfs
 * vma_lock_bench/ are read:
 *
 *   instructions  FUNCTION IMPL EXECUTED CALLS NOPS, by single-stepping
 *   trace         the same instructions one by one
 *   at            with qemu_steps=1: what tools/bench/steps.py must know
 *   time          NAME IMPL ROUND NANOSECONDS OPERATIONS
 */
#include "bench.h"

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

/* Room for all at once: where it does not do, seq_file starts all over again. */
#define BENCH_FILE(name)							\
static int bench_##name##_open(struct inode *inode, struct file *file)		\
{										\
	return single_open_size(file, bench_##name##_show, NULL, SZ_128K);	\
}										\
										\
static const struct file_operations bench_##name##_fops = {			\
	.owner		= THIS_MODULE,						\
	.open		= bench_##name##_open,					\
	.read		= seq_read,						\
	.llseek		= seq_lseek,						\
	.release	= single_release,					\
}

BENCH_FILE(instructions);
BENCH_FILE(trace);
BENCH_FILE(at);
BENCH_FILE(time);

static struct dentry *dir;

static int __init bench_init(void)
{
	dir = debugfs_create_dir("vma_lock_bench", NULL);
	debugfs_create_file("instructions", 0400, dir, NULL, &bench_instructions_fops);
	debugfs_create_file("trace", 0400, dir, NULL, &bench_trace_fops);
	debugfs_create_file("at", 0400, dir, NULL, &bench_at_fops);
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
