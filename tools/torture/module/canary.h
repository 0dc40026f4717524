/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words behind each VMA that only the holder of its write lock changes. A reader looks
 * twice, and hands over what it saw the first time.
 */
#ifndef VMA_LOCK_TORTURE_CANARY_H
#define VMA_LOCK_TORTURE_CANARY_H

#include "torture.h"

#include <linux/mm_types.h>

#define TORTURE_CANARIES 4

struct torture_vma {
	struct vm_area_struct vma;
	unsigned long canary[TORTURE_CANARIES];
};

void torture_canary_init(struct vm_area_struct *vma);
void torture_canary_write(struct torture_thread *t, struct vm_area_struct *vma);
void torture_canary_poison(struct torture_thread *t, struct vm_area_struct *vma);
unsigned long torture_canary_read(struct vm_area_struct *vma);
void torture_canary_reread(struct vm_area_struct *vma, unsigned long seen);

#endif /* VMA_LOCK_TORTURE_CANARY_H */
