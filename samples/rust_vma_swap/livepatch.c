// SPDX-License-Identifier: GPL-2.0
/*
 * The livepatch: which functions of the kernel are replaced by which of Rust.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "swap.h"

#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>

/* A kernel of another era has these with other arguments, or not at all. */
#define SAME_PROTOTYPE(kernels, ours)					\
	static_assert(__same_type(kernels, ours),			\
		      #kernels "() of this kernel takes other arguments than the library's: " \
		      "compare include/linux/mmap_lock.h with rust/vma_lock")

SAME_PROTOTYPE(lock_vma_under_rcu, rust_vma_swap_lock_vma_under_rcu);
SAME_PROTOTYPE(lock_next_vma, rust_vma_swap_lock_next_vma);
SAME_PROTOTYPE(__vma_start_write, rust_vma_swap_start_write);
SAME_PROTOTYPE(__vma_exclude_readers_for_detach, rust_vma_swap_exclude_readers_for_detach);

static bool c_bodies;
module_param_named(c, c_bodies, bool, 0444);
MODULE_PARM_DESC(c, "The kernel's own C as bodies, for comparison (default N)");

static struct klp_func funcs[] = {
	{
		.old_name = "lock_vma_under_rcu",
		.new_func = rust_vma_swap_lock_vma_under_rcu,
	},
	{
		.old_name = "lock_next_vma",
		.new_func = rust_vma_swap_lock_next_vma,
	},
	{
		.old_name = "__vma_start_write",
		.new_func = rust_vma_swap_start_write,
	},
	{
		.old_name = "__vma_exclude_readers_for_detach",
		.new_func = rust_vma_swap_exclude_readers_for_detach,
	},
	{ }
};

static void take_c_bodies(void)
{
	funcs[0].new_func = c_lock_vma_under_rcu;
	funcs[1].new_func = c_lock_next_vma;
	funcs[2].new_func = c_start_write;
	funcs[3].new_func = c_exclude_readers_for_detach;
}

static struct klp_object objs[] = {
	{
		/* No name: the kernel itself. */
		.funcs = funcs,
	},
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

/* The livepatch core says "-22" to both of these; a kprobe can tell them apart. */
static int check_patchable(const char *name)
{
	struct kprobe kp = { .symbol_name = name };
	bool patchable;
	int err;

	err = register_kprobe(&kp);
	if (err == -ENOENT) {
		pr_err("this kernel has no function %s(): its per-VMA lock is of another era than the library's (Linux 7.0 and later)\n",
		       name);
		return err;
	}
	if (err) {
		pr_err("cannot look at %s() (error %d): are kprobes switched off (/sys/kernel/debug/kprobes/enabled)?\n",
		       name, err);
		return err;
	}
	patchable = kprobe_ftrace(&kp);
	unregister_kprobe(&kp);
	if (!patchable) {
		pr_err("%s() cannot be patched: the kernel has no ftrace entry for it\n", name);
		return -EOPNOTSUPP;
	}
	return 0;
}

int rust_vma_swap_enable(void)
{
	const struct klp_func *func;
	int err;

	for (func = funcs; func->old_name; func++) {
		err = check_patchable(func->old_name);
		if (err)
			return err;
	}
	if (c_bodies)
		take_c_bodies();
	return klp_enable_patch(&patch);
}

MODULE_INFO(livepatch, "Y");
