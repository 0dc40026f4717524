// SPDX-License-Identifier: GPL-2.0
/*
 * Loading this runs the kernel's binary; loading vma_lock_diff_rust.ko the Rust side; loading a C side after it
 * runs that. What was seen is in
 * /sys/kernel/debug/vma_lock_diff/NAME.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "schedules.h"

#include <linux/module.h>
#include <linux/mutex.h>

static DEFINE_MUTEX(lock);

static int run(const struct vma_lock_diff_side *side)
{
	static const struct vma_lock_diff_field layout[] = VMA_LOCK_DIFF_LAYOUT;
	struct diff_log *log;

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
	return diff_cells_run(side, log) ?:
	       diff_log_publish(log);
}

int vma_lock_diff_run(const struct vma_lock_diff_side *side)
{
	return run(side);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_run);

int vma_lock_diff_run_rust(const struct vma_lock_diff_side *stepped)
{
	return run(&diff_rust_side);
}
EXPORT_SYMBOL_GPL(vma_lock_diff_run_rust);

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
	err = run(&diff_kernel_side);
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
