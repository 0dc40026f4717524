// SPDX-License-Identifier: GPL-2.0
/*
 * What the scheduled threads do: a reader, a writer, a detacher, and what must
 * hold between them.
 */
#include "schedules.h"

#include <linux/errno.h>

/* A place where others may come in between, that is not an access of the protocol. */
static void pause_here(struct diff_thread *t)
{
	diff_thread_stop(t, POINT_LOAD, NULL);
}

static int call(struct diff_thread *t, enum vma_lock_diff_op op)
{
	const bool reads = op == OP_start_read || op == OP_end_read;
	int ret = (reads ? t->readers : t->writers)->op[op](world.mm[0], world.vma);

	t->dropped = false;
	t->addr = NULL;
	/* All that is left of what it has read is in the result. */
	t->history = ret * NR_OPS + op;
	t->history = t->history * 256 + t->seen.warns;
	return ret;
}

void diff_role_reader(struct diff_thread *t)
{
	t->rcu = 1;
	t->ret = call(t, OP_start_read);
	if (t->rcu != (t->ret == 1))
		scene.wrong |= RCU_UNBALANCED;
	t->rcu = 0;
	if (t->ret != 1)
		return;

	scene.readers_in++;
	if (scene.writer_in)
		scene.wrong |= BOTH_IN;
	pause_here(t);
	scene.readers_in--;
	call(t, OP_end_read);
}

static void mmap_write_lock_virtual(struct diff_thread *t)
{
	t->wants_mmap_lock = true;
	pause_here(t);
	t->wants_mmap_lock = false;
	scene.mmap_owner = t - scene.thread;
	world.mm[0]->mm_lock_seq.sequence++;
}

static void mmap_write_unlock_virtual(struct diff_thread *t)
{
	scene.writer_in = false;
	call(t, OP_end_write_all);
	scene.mmap_owner = -1;
}

static void enter_write(void)
{
	scene.writer_in = true;
	if (scene.readers_in)
		scene.wrong |= BOTH_IN;
}

/* Takes the mmap lock and looks for the VMA. False: it is detached; attached, if that is wanted. */
static bool find_for_write(struct diff_thread *t)
{
	mmap_write_lock_virtual(t);
	if (!scene.freed)
		return true;
	t->ret = -ENOENT;
	if (t->attaches) {
		pause_here(t);
		call(t, OP_lock_init);
		pause_here(t);
		call(t, OP_start_write);
		scene.freed = false;
		call(t, OP_mark_attached);
	}
	return false;
}

void diff_role_writer(struct diff_thread *t)
{
	if (find_for_write(t)) {
		t->ret = call(t, OP_start_write);
		enter_write();
		pause_here(t);
	}
	mmap_write_unlock_virtual(t);
}

void diff_role_killable(struct diff_thread *t)
{
	if (find_for_write(t)) {
		t->ret = call(t, OP_start_write_killable);
		if (!t->ret) {
			enter_write();
			pause_here(t);
		}
	}
	mmap_write_unlock_virtual(t);
}

/* A fatal signal for the second thread, at any time. */
void diff_role_killer(struct diff_thread *t)
{
	struct diff_thread *victim = &scene.thread[1];

	pause_here(t);
	victim->fatal = true;
	if (victim->state & TASK_WAKEKILL)
		victim->state = TASK_RUNNING;
}

/* Detaches, and frees: from here on readers may find the VMA, but not use it. */
void diff_role_detacher(struct diff_thread *t)
{
	if (find_for_write(t)) {
		call(t, OP_start_write);
		enter_write();
		t->ret = call(t, OP_mark_detached);
		if (scene.readers_in || atomic_read(&world.vma->vm_refcnt.refs))
			scene.wrong |= READER_LEFT;
		scene.freed = true;
	}
	mmap_write_unlock_virtual(t);
}
