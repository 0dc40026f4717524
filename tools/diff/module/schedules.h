/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIFF_SCHEDULES_H
#define DIFF_SCHEDULES_H

#include "thread.h"

void diff_role_reader(struct diff_thread *t);
void diff_role_writer(struct diff_thread *t);
void diff_role_killable(struct diff_thread *t);
void diff_role_killer(struct diff_thread *t);
void diff_role_detacher(struct diff_thread *t);

/* Readers run the code of one side, the others that of another. All orders: */
int diff_schedules_run(const struct vma_lock_diff_side *readers,
		       const struct vma_lock_diff_side *writers, struct diff_log *log);

/* rounds.c: random orders of many rounds. */
int diff_rounds_run(const struct vma_lock_diff_side *readers,
		    const struct vma_lock_diff_side *writers, struct diff_log *log);

#endif /* DIFF_SCHEDULES_H */
