/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A race between a reader and a writer of one VMA, in an order that is forced and
 * not waited for: a watchpoint traps right behind an access, and there a side waits
 * for the other one. One race at a time.
 */
#ifndef VMA_LOCK_TEST_RACE_H
#define VMA_LOCK_TEST_RACE_H

#include "../../tools/lib/watchpoint/watchpoint.h"

#include <linux/types.h>

struct vm_area_struct;

/* What comes after these is the race's own. */
enum race_stage { RACE_IDLE, RACE_STARTED, RACE_READER_STOPPED, RACE_OWN };

/* The current task, the reader, sets the trap: as watchpoint_set(). */
int race_begin(struct vm_area_struct *vma, const void *addr, u64 len, u32 type,
	       perf_overflow_handler_t handler);
/* From here on no writer engages. Returns the last stage. */
int race_end(void);

/* As vma_lock_test_*_engage(), for a writer of the race with this handler. */
bool race_engage(struct vm_area_struct *vma, perf_overflow_handler_t handler);

/* For the handler, which runs on both sides. */
bool race_is_reader(void);
/* From one stage to the next, once. */
bool race_step(int from, int to);
/* Until the stage is reached, or a second has passed: nobody waits for ever. */
void race_wait(int stage);

#endif /* VMA_LOCK_TEST_RACE_H */
