/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's half: the memory that threads share, and the sides that they run.
 */
#ifndef EXPLORER_WORLD_H
#define EXPLORER_WORLD_H

#include <linux/mm.h>
#include <linux/sched.h>

#include "explorer.h"
#include "side.h"
#include "steps.h"

/* What the scene itself knows: part of the state, but no word of the protocol. */
struct x_scene_state {
	u32 wrong;
	u8 readers_in[X_VMAS], writer_in[X_VMAS];
	/* Given back, for anybody to allocate; readers may find it still. */
	u8 freed[X_VMAS];
	/* In the tree of the mm of this number, less one: who holds the mmap lock finds it there. */
	u8 mapped[X_VMAS];
	u8 mm_freed[X_MMS];
	/* What a VMA's lock protects: a writer changes one, then the other. */
	u8 data[X_VMAS][2];
	/* The same of an mm: what speculation without a lock looks at. */
	u8 mm_data[X_MMS][2];
};

struct x_world {
	/* What is behind an mm_struct belongs to its cpumask. */
	union {
		struct mm_struct mm;
		char space[sizeof(struct mm_struct) + 256];
	} mms[X_MMS];
	struct vm_area_struct vma[X_VMAS];
	struct task_struct task[X_THREADS];
	struct x_scene_state scene;
};

extern struct x_world x_world;
extern const struct x_side *x_readers, *x_writers;
extern const struct x_scene *x_scene_now;

static inline struct mm_struct *x_mm(int nr)
{
	return &x_world.mms[nr].mm;
}

static inline void x_mark_wrong(enum x_wrong what)
{
	x_world.scene.wrong |= 1U << what;
}

/* The index of what @addr is in, or -1. */
int x_vma_of(const volatile void *addr);
int x_mm_of(const volatile void *addr);

/* steps.c: a place where others may come in between, that is no access of the protocol. */
void x_pause(const char *name, const void *addr, unsigned int kind);
void x_wait_for(const char *name, const volatile void *addr, enum x_wait wait, bool killable);
/* The effect of the last access, before anybody else runs. */
void x_settle(void);

/* stand_ins.c */
bool x_fatal(int thread);
void x_kill(int thread);
void x_forgive(int thread);

/* roles.c */
typedef void x_role(void);
x_role *x_role_named(const char *name);

#endif /* EXPLORER_WORLD_H */
