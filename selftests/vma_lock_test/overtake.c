// SPDX-License-Identifier: GPL-2.0
/*
 * A writer overtakes a reader: it comes and write-locks the VMA after the reader
 * has looked at the VMA's sequence, and before it raises the count. By the time the
 * reader has its count the VMA is write-locked, or is no longer what was found.
 *
 *   reader                          writer
 *   reads vm_lock_seq: not locked
 *   (1) waits for (2)
 *                                   write-locks the VMA, changes it
 *                                   (2) keeps the lock, or drops it
 *   count 2: and now?
 */
#include "glue.h"
#include "race.h"

#include <linux/mm_types.h>

enum { CHANGED = RACE_OWN };

static void on_seq(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	if (race_is_reader() && race_step(RACE_STARTED, RACE_READER_STOPPED))
		race_wait(CHANGED);
}

int vma_lock_test_overtake_begin(struct vm_area_struct *vma)
{
	return race_begin(vma, &vma->vm_lock_seq, sizeof(vma->vm_lock_seq), HW_BREAKPOINT_RW,
			  on_seq);
}

bool vma_lock_test_overtake_engage(struct vm_area_struct *vma)
{
	return race_engage(vma, on_seq);
}

int vma_lock_test_overtake_end(void)
{
	return race_end() == CHANGED ? 0 : -ETIME;
}

void vma_lock_test_overtake_go_on(void)
{
	race_step(RACE_READER_STOPPED, CHANGED);
}
