/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All C that the driver calls, for bindgen.
 */
#ifndef RUST_VMA_LOCK_GLUE_H
#define RUST_VMA_LOCK_GLUE_H

#include "../../oracle/oracle.h"
#include "../synthetic_mm/synthetic_mm.h"
#include "rust_vma_lock.h"

struct rcuwait;
struct vm_area_struct;

/* Thread id of the task that sleeps on @w, 0 if none does. */
unsigned int rust_vma_lock_waiter(struct rcuwait *w);

/*
 * Between these two, counts accesses to @vma's vm_mm that come after a change
 * of vm_refcnt, and all accesses to vm_refcnt. Fails if there are no free
 * watchpoints, with nothing to undo. Sleeps.
 */
int rust_vma_lock_watch(struct vm_area_struct *vma);
void rust_vma_lock_unwatch(unsigned int *mm_reads_late, unsigned int *refcnt_uses);

/*
 * VMA_LOCK_OP_REUSE, see reuse.c. The reader: moves @vma to @other, attached,
 * and sets the trap; afterwards, how many counts kept the other mm when the
 * reader was about to wake its writer (-ETIME: it did not come to that), and
 * whether a writer is still at @vma. The writer: comes in, if the reader of @vma
 * has raised the count; drops its mm, the write being done; leaves @vma.
 */
int rust_vma_lock_reuse_begin(struct vm_area_struct *vma, struct synthetic_mm *other);
int rust_vma_lock_reuse_end(void);
bool rust_vma_lock_reuse_engaged(struct vm_area_struct *vma);
bool rust_vma_lock_reuse_engage(struct vm_area_struct *vma);
void rust_vma_lock_reuse_drop(void);
void rust_vma_lock_reuse_disengage(void);

#endif /* RUST_VMA_LOCK_GLUE_H */
