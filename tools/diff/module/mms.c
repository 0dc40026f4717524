// SPDX-License-Identifier: GPL-2.0
/*
 * The two mms, the VMA that all is tried on, and another one.
 */
#include "diff.h"

#include "../../lib/synthetic_mm/synthetic_mm.h"

struct diff_world world;

/* Sleeps where a cell wants a waiter. */
struct task_struct *diff_sleeper;
static struct synthetic_mm *synthetic[2];

int diff_world_init(void)
{
	for (int i = 0; i < 2; i++) {
		synthetic[i] = synthetic_mm_create();
		if (!synthetic[i]) {
			diff_world_exit();
			return -ENOMEM;
		}
		world.mm[i] = synthetic_mm_mm(synthetic[i]);
	}
	world.synthetic = synthetic[0];
	world.vma = synthetic_mm_vma(synthetic[0]);
	world.other = synthetic_mm_vma(synthetic[1]);
	return 0;
}

void diff_world_exit(void)
{
	for (int i = 0; i < 2; i++)
		if (synthetic[i])
			synthetic_mm_destroy(synthetic[i]);
}
