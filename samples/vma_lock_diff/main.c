// SPDX-License-Identifier: GPL-2.0
/*
 * Loading vma_lock_diff.ko runs the Rust side; loading a C side runs that. What
 * was seen is in /sys/kernel/debug/vma_lock_diff/NAME.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "schedules.h"

#include <linux/module.h>
#include <linux/mutex.h>

static DEFINE_MUTEX(lock);

static int run_schedules(const struct vma_lock_diff_side *side, struct diff_log *log)
{
	if (side == &diff_rust_side || side == &diff_kernel_side)
		return 0;
	return diff_schedules_run(side, side, log);
}

int vma_lock_diff_run(const struct vma_lock_diff_side *side)
{
	static const struct vma_lock_diff_field layout[] = VMA_LOCK_DIFF_LAYOUT;
	struct diff_log *log;
	int err;

	if (memcmp(side->layout, layout, sizeof(layout))) {
		pr_err("%s: its vm_area_struct or mm_struct is not this kernel's\n", side->name);
		return -EINVAL;
	}
	log = diff_log_create(side->name);
	if (!log)
		return -ENOMEM;

	guard(mutex)(&lock);
	diff_log_printf(log, "side %s flag %08x limit %08x\n", side->name, side->flag, side->limit);
	if (side == &diff_kernel_side)
		diff_kernel_side_init(log);
	err = diff_cells_run(side, log);
	if (!err)
		err = run_schedules(side, log);
	return err ?: diff_log_publish(log);
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
	err = diff_probes_init();
	if (err)
		goto cells;
	err = vma_lock_diff_run(&diff_rust_side);
	if (!err)
		err = vma_lock_diff_run(&diff_kernel_side);
	if (err)
		goto probes;
	return 0;

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
	diff_probes_exit();
	diff_cells_exit();
	diff_world_exit();
	diff_log_exit();
}
module_exit(diff_exit);

MODULE_DESCRIPTION("Per-VMA lock: C against Rust");
MODULE_LICENSE("GPL");
