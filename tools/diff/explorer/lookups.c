// SPDX-License-Identifier: GPL-2.0
/*
 * Roles of lookups: who looks for a VMA in the maple tree, and who changes it meanwhile.
 *
 * As a scene begins the tree of mm 0 has VMA 0 with two pages from VMA_LOCK_DIFF_ADDRESS on, and
 * VMA 1 with one page behind a gap. VMA 2 is not attached yet.
 */
#include "world.h"

#include <linux/errno.h>
#include <linux/maple_tree.h>

#define ADDRESS	VMA_LOCK_DIFF_ADDRESS
#define AHEAD	(ADDRESS + 4 * PAGE_SIZE)

static void put_in(struct vm_area_struct *vma, unsigned long start, unsigned long end, void *entry)
{
	MA_STATE(mas, &x_mm(0)->mm_mt, start, end - 1);

	if (entry) {
		vma->vm_start = start;
		vma->vm_end = end;
	}
	if (!entry && start <= ADDRESS)
		x_world.scene.hole = 1;
	if (mas_store_gfp(&mas, entry, GFP_KERNEL))
		x_cannot("cannot store into the maple tree", "");
}

void x_tree_begin(void)
{
	struct mm_struct *mm = x_mm(0);

	mt_init_flags(&mm->mm_mt, MM_MT_FLAGS);
	mt_set_external_lock(&mm->mm_mt, &mm->mmap_lock);
	if (!(x_scene_now->missing & 1))
		put_in(&x_world.vma[0], ADDRESS, ADDRESS + 2 * PAGE_SIZE, &x_world.vma[0]);
	if (!(x_scene_now->missing & 2))
		put_in(&x_world.vma[1], AHEAD, AHEAD + PAGE_SIZE, &x_world.vma[1]);
	atomic_set(&x_world.vma[2].vm_refcnt.refs, 0);
	if (x_scene_now->limit)
		atomic_set(&x_world.vma[0].vm_refcnt.refs, VM_REFCNT_LIMIT);
}

/* What a lookup at ADDRESS came to: that VMA, or none. @ahead: it may lie behind a hole, if there was one. */
static int use(int ret, bool ahead)
{
	const struct vm_area_struct *vma;

	/* Which one it is, the count of this thread alone says. */
	for (int i = 0; ret > 0 && i < X_VMAS; i++) {
		if (!x_self.holds[i])
			continue;
		vma = &x_world.vma[i];
		if (vma->vm_end <= ADDRESS || (vma->vm_start > ADDRESS && !(ahead && x_world.scene.hole)))
			x_mark_wrong(X_WRONG_VMA);
		x_read_section(i);
		x_call(X_OP_end_read, 0, i, x_self.lockdep - 1);
		return i + 1;
	}
	return ret;
}

static void role_finder(void)
{
	int ret = x_call(X_OP_lock_vma_under_rcu, 0, 0, 0);

	if (x_self.rcu)
		x_mark_wrong(X_RCU_UNBALANCED);
	x_self.ret = use(ret, false);
}

static void role_walker(void)
{
	int ret;

	x_rcu_read_lock();
	ret = x_call(X_OP_lock_next_vma, 0, 0, 0);
	if (x_self.rcu != 1)
		x_mark_wrong(X_RCU_UNBALANCED);
	x_rcu_read_unlock();
	x_self.ret = use(ret, true);
}

static void begin(int vma)
{
	x_call(X_OP_mmap_write_lock, 0, vma, 0);
	x_call(X_OP_start_write, 0, vma, 0);
	x_write_section(0, vma);
}

static void end(void)
{
	memset(x_world.scene.writer_in, 0, sizeof(x_world.scene.writer_in));
	x_call(X_OP_mmap_write_unlock, 0, 0, 0);
}

static void detach(int vma)
{
	x_call(X_OP_mark_detached, 0, vma, 0);
	if (x_world.scene.readers_in[vma] || atomic_read(&x_world.vma[vma].vm_refcnt.refs))
		x_mark_wrong(X_READER_LEFT);
}

static void attach(int vma, unsigned long start, unsigned long end)
{
	x_call(X_OP_lock_init, 0, vma, 0);
	x_world.vma[vma].vm_start = start;
	x_world.vma[vma].vm_end = end;
	x_call(X_OP_start_write, 0, vma, 0);
	x_call(X_OP_mark_attached, 0, vma, 0);
	put_in(&x_world.vma[vma], start, end, &x_world.vma[vma]);
}

static void role_unmapper(void)
{
	begin(0);
	detach(0);
	put_in(NULL, ADDRESS, ADDRESS + 2 * PAGE_SIZE, NULL);
	end();
}

/* Something else is mapped in its place. */
static void role_replacer(void)
{
	begin(0);
	detach(0);
	attach(2, ADDRESS, ADDRESS + 2 * PAGE_SIZE);
	end();
}

/* The first page goes to a VMA of its own. */
static void role_splitter(void)
{
	begin(0);
	x_world.vma[0].vm_start = ADDRESS + PAGE_SIZE;
	attach(2, ADDRESS, ADDRESS + PAGE_SIZE);
	end();
}

/* The other way round: VMA 1 is merged into VMA 0. */
static void role_merger(void)
{
	begin(0);
	x_call(X_OP_start_write, 0, 1, 0);
	put_in(&x_world.vma[0], ADDRESS, AHEAD + PAGE_SIZE, &x_world.vma[0]);
	detach(1);
	end();
}

static void role_mover(void)
{
	begin(0);
	put_in(NULL, ADDRESS, ADDRESS + 2 * PAGE_SIZE, NULL);
	put_in(&x_world.vma[0], ADDRESS + 2 * PAGE_SIZE, AHEAD, &x_world.vma[0]);
	end();
}

/* Now it lies behind the address. */
static void role_lowerer(void)
{
	begin(0);
	put_in(NULL, ADDRESS, ADDRESS + 2 * PAGE_SIZE, NULL);
	put_in(&x_world.vma[0], ADDRESS - 2 * PAGE_SIZE, ADDRESS, &x_world.vma[0]);
	end();
}

/* Into the gap before VMA 1, once VMA 0 is gone from there. */
static void role_mapper(void)
{
	x_call(X_OP_mmap_write_lock, 0, 2, 0);
	attach(2, ADDRESS + 2 * PAGE_SIZE, AHEAD);
	end();
}

static void role_emptier(void)
{
	begin(0);
	x_call(X_OP_start_write, 0, 1, 0);
	detach(0);
	detach(1);
	put_in(NULL, 0, ULONG_MAX, NULL);
	end();
}

const struct x_named_role x_lookup_roles[] = {
	{ "finder", role_finder },
	{ "walker", role_walker },
	{ "killable-walker", role_walker },
	{ "unmapper", role_unmapper },
	{ "replacer", role_replacer },
	{ "splitter", role_splitter },
	{ "merger", role_merger },
	{ "mover", role_mover },
	{ "lowerer", role_lowerer },
	{ "mapper", role_mapper },
	{ "emptier", role_emptier },
	{ }
};
