/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All C that the test module calls, for bindgen.
 */
#ifndef VMA_LOCK_TEST_GLUE_H
#define VMA_LOCK_TEST_GLUE_H

#include "../../oracle/oracle.h"
#include "vma_lock_test.h"

struct rcuwait;
struct synthetic_mm;
struct vm_area_struct;

/* As the lock's own functions tell lockdep, for a count that one task raises and another drops. */
void vma_lock_test_lockdep_acquire_read(struct vm_area_struct *vma);
void vma_lock_test_lockdep_release_read(struct vm_area_struct *vma);

/* Thread id of the task that sleeps on @w, 0 if none does. */
unsigned int vma_lock_test_waiter(struct rcuwait *w);

/*
 * Between these two, counts accesses to @vma's vm_mm that come after a change
 * of vm_refcnt, and all accesses to vm_refcnt. Fails if there are no free
 * watchpoints, with nothing to undo. Sleeps.
 */
int vma_lock_test_watch(struct vm_area_struct *vma);
void vma_lock_test_unwatch(unsigned int *mm_reads_late, unsigned int *refcnt_uses);

/*
 * Races, see race.h. The writer of a race engages, if the reader of @vma has stopped
 * in it, and disengages when it needs the VMA no more; the reader looks whether one is
 * engaged before it goes on with the VMA after the race is over.
 */
void vma_lock_test_disengage(void);
bool vma_lock_test_engaged(struct vm_area_struct *vma);
bool vma_lock_test_race_over(void);

/*
 * VMA_TEST_OP_REUSE, see reuse.c. The reader moves @vma to @other, attached, and
 * sets the trap; afterwards, how many counts kept the other mm when the reader was
 * about to wake its writer (-ETIME: it did not come to that). The writer drops its
 * mm, the write being done.
 */
int vma_lock_test_reuse_begin(struct vm_area_struct *vma, struct synthetic_mm *other);
bool vma_lock_test_reuse_engage(struct vm_area_struct *vma);
int vma_lock_test_reuse_end(void);
void vma_lock_test_reuse_drop(void);

/* VMA_TEST_OP_OVERTAKE, see overtake.c: -ETIME as above. The writer lets the reader go on. */
int vma_lock_test_overtake_begin(struct vm_area_struct *vma);
bool vma_lock_test_overtake_engage(struct vm_area_struct *vma);
int vma_lock_test_overtake_end(void);
void vma_lock_test_overtake_go_on(void);

#endif /* VMA_LOCK_TEST_GLUE_H */
