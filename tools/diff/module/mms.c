// SPDX-License-Identifier: GPL-2.0
/*
 * The two mms, the VMA that all is tried on, and another one.
 */
#include "diff.h"

#include "../../lib/synthetic_mm/synthetic_mm.h"

#include <linux/mm.h>
#include <linux/vmalloc.h>

struct diff_world world;

/* Sleeps where a cell wants a waiter. */
struct task_struct *diff_sleeper;
static struct synthetic_mm *synthetic[2];

/* Watchpoints go by virtual address, and each trap costs an emulated CPU more than the state around it. */
static struct vm_area_struct *map_again(struct vm_area_struct *vma)
{
	struct page *pages[] = { virt_to_page(vma), virt_to_page(vma + 1) };
	void *area = vmap(pages, pages[0] == pages[1] ? 1 : 2, VM_MAP, PAGE_KERNEL);

	return area ? area + offset_in_page(vma) : NULL;
}

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
	world.unwatched = map_again(world.vma);
	if (!world.unwatched) {
		diff_world_exit();
		return -ENOMEM;
	}
	return 0;
}

void diff_world_exit(void)
{
	if (world.unwatched)
		vunmap((void *)((unsigned long)world.unwatched & PAGE_MASK));
	for (int i = 0; i < 2; i++)
		if (synthetic[i])
			synthetic_mm_destroy(synthetic[i]);
}
