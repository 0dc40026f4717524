// SPDX-License-Identifier: GPL-2.0
/*
 * The running kernel itself as a side: what it exports, what its headers have
 * inline, and two functions of its binary that are not exported. It is to do
 * what the C of its tree does, compiled anew.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "diff.h"
#include "warn.h"

#include <linux/version.h>

/* The headers' inline functions call these. */
#define __vma_exclude_readers_for_detach	diff_exclude_readers_for_detach
#define lock_next_vma				diff_lock_next_vma

/* Since 7.3. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
#define SIDE_HAS_vma_assert_stabilised
#define SIDE_HAS_vma_assert_can_modify
#endif

#include "ops.h"

#include <linux/kprobes.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/static_call.h>

typedef void exclude_readers_fn(struct vm_area_struct *vma);
typedef struct vm_area_struct *next_vma_fn(struct mm_struct *mm, struct vma_iterator *vmi,
					   unsigned long from_addr);

/* A direct call, since the kernel may have sealed the function's ENDBR against indirect ones. */
DEFINE_STATIC_CALL_NULL(exclude_readers, exclude_readers_fn);
DEFINE_STATIC_CALL_NULL(next_vma, next_vma_fn);

void diff_exclude_readers_for_detach(struct vm_area_struct *vma)
{
	static_call(exclude_readers)(vma);
}

struct vm_area_struct *diff_lock_next_vma(struct mm_struct *mm, struct vma_iterator *vmi,
					  unsigned long from_addr)
{
	return static_call(next_vma)(mm, vmi, from_addr);
}

struct vma_lock_diff_side diff_kernel_side = {
	.name = "kernel",
	.owner = THIS_MODULE,
	.flag = VM_REFCNT_EXCLUDE_READERS_FLAG,
	.limit = VM_REFCNT_LIMIT,
	.layout = VMA_LOCK_DIFF_LAYOUT,
	.op = {
#define op_start_read NULL
#define X(name) [OP_##name] = op_##name,
		VMA_LOCK_DIFF_OPS(X)
#undef X
	},
};

/* Where the body of a function is, past ENDBR; NULL: the kernel does not let us know. */
static void *body_of(const char *name, enum vma_lock_diff_op op, struct diff_log *log)
{
	struct kprobe kp = { .symbol_name = name };
	int err = register_kprobe(&kp);

	if (err) {
		diff_kernel_side.op[op] = NULL;
		diff_log_printf(log, "lacks %s() cannot be found by a kprobe: error %d\n", name, err);
		return NULL;
	}
	unregister_kprobe(&kp);
	return kp.addr;
}

void diff_kernel_side_init(struct diff_log *log)
{
	void *body;

	diff_log_printf(log, "lacks vma_start_read() is inline in lock_vma_under_rcu() and lock_next_vma()\n");
	body = body_of("__vma_exclude_readers_for_detach", OP_mark_detached, log);
	if (body)
		static_call_update(exclude_readers, body);
	body = body_of("lock_next_vma", OP_lock_next_vma, log);
	if (body)
		static_call_update(next_vma, body);
}
