// SPDX-License-Identifier: GPL-2.0
/*
 * Loading this runs the kernel's binary and then Rust; loading a C side after it runs that. Where what
 * was seen goes, log.c says.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "diff.h"

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>

static DEFINE_MUTEX(lock);

static bool again;
module_param(again, bool, 0444);
MODULE_PARM_DESC(again, "The kernel and Rust have been run by themselves, in an earlier boot");

static int run(const struct vma_lock_diff_side *side)
{
	static const struct vma_lock_diff_field layout[] = VMA_LOCK_DIFF_LAYOUT;
	struct diff_log *log;
	int err;

	if (memcmp(side->layout, layout, sizeof(layout))) {
		pr_err("%s: its vm_area_struct or mm_struct is not this kernel's\n", side->name);
		return -EINVAL;
	}
	guard(mutex)(&lock);
	log = diff_log_begin(side->name);
	diff_log_printf(log, "side %s flag %08x limit %08x\n", side->name, side->flag, side->limit);
	if (side == &diff_kernel_side)
		diff_kernel_side_init(log);
	err = diff_cells_run(side, log) ?:
	      diff_log_end(log);
	if (err)
		diff_log_trouble("fails with error %d", err);
	return err;
}

int vma_lock_diff_run(const struct vma_lock_diff_side *side)
{
	return run(side);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_run);

static int __init diff_init(void)
{
	int err = diff_log_init();

	if (err)
		return err;
	err = diff_world_init();
	if (err)
		goto log;
	err = diff_cells_init();
	if (err)
		goto world;
	err = diff_probes_init(diff_sleeper);
	if (err)
		goto cells;
	err = diff_watchdog_init();
	if (err)
		goto probes;
	err = again ? 0 : run(&diff_kernel_side) ?: run(&diff_rust_side);
	if (err)
		goto watchdog;
	return 0;

watchdog:
	diff_watchdog_exit();
probes:
	diff_probes_exit();
cells:
	diff_cells_exit();
world:
	diff_world_exit();
log:
	diff_log_exit();
	return err;
}
module_init(diff_init);

static void __exit diff_exit(void)
{
	diff_watchdog_exit();
	diff_probes_exit();
	diff_cells_exit();
	diff_world_exit();
	diff_log_exit();
}
module_exit(diff_exit);

MODULE_DESCRIPTION("Per-VMA lock: C against Rust");
MODULE_LICENSE("GPL");
