// SPDX-License-Identifier: GPL-2.0
/*
 * Writers, every other time killable; and who kills them.
 */
#include "canary.h"

#include <linux/mm_types.h>
#include <linux/sched/signal.h>
#include <linux/torture.h>

/* While nobody else may write, the one who wrote may read. */
static void read_after_downgrade(struct torture_thread *t, struct mm_struct *mm,
				 struct vm_area_struct *vma)
{
	const struct torture_side *side = torture_side(t);

	if (vma && side->start_read_locked(vma)) {
		torture_canary_read(vma);
		t->op = TORTURE_PUTTING;
		side->end_read(vma);
		t->op = TORTURE_IDLE;
	}
	side->mmap_read_unlock(mm);
}

static void write_one(struct torture_thread *t)
{
	const bool killable = torture_random_below(t, 2);
	struct mm_struct *mm = torture_get_mm(t);
	const unsigned long addr = torture_random_addr(t);
	struct vm_area_struct *vma;

	torture_side(t)->mmap_write_lock(mm);
	torture_announce(t, addr);
	vma = torture_find(mm, addr);
	WRITE_ONCE(t->killable, killable);
	if (vma && !torture_start_write(t, mm, vma, killable))
		torture_canary_write(t, vma);
	WRITE_ONCE(t->killable, false);

	if (torture_random_below(t, 8)) {
		torture_side(t)->mmap_write_unlock(mm);
	} else {
		torture_side(t)->mmap_write_downgrade(mm);
		read_after_downgrade(t, mm, vma);
	}
	torture_put_mm(t, mm);
	flush_signals(current);
}

int torture_writer(void *arg)
{
	allow_signal(SIGKILL);
	return torture_run(arg, write_one, "torture_writer");
}

static void kill_some(struct torture_thread *t)
{
	for (struct torture_thread *victim = torture_threads; victim < t; victim++)
		if (READ_ONCE(victim->killable) && !torture_random_below(t, 4))
			send_sig(SIGKILL, victim->task, 1);
	torture_hrtimeout_us(100, 400 * NSEC_PER_USEC, NULL);
}

int torture_killer(void *arg)
{
	return torture_run(arg, kill_some, "torture_killer");
}
