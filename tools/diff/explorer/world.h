/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's half: the memory that threads share, and the sides that they run.
 */
#ifndef EXPLORER_WORLD_H
#define EXPLORER_WORLD_H

#include <linux/mm.h>
#include <linux/sched.h>

#include "explorer.h"
#include "rwsem.h"
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
	/* There was a time when nothing was mapped at the address that is looked for. */
	u8 hole;
};

/* Nodes of the maple tree, and what of them waits for RCU. */
#define X_NODES	12

struct x_nodes {
	char node[X_NODES][256] __aligned(256);
	struct {
		struct rcu_head *head;
		rcu_callback_t func;
		unsigned long readers;
	} deferred[X_NODES];
	u8 used[X_NODES];
	/* Threads that are in RCU. */
	u8 readers;
};

struct x_world {
	struct x_nodes nodes;
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
void x_signal(int thread);
void x_forgive(int thread);

/* nodes.c */
int x_node_of(const volatile void *addr);
bool x_node_free(int node);
void x_rcu_reader(int thread, bool enters);

/* roles.c */
typedef void x_role(void);

struct x_named_role {
	const char *name;
	x_role *role;
};

x_role *x_role_named(const char *name);
/* An operation on VMA @nr, found in @mm; afterwards lockdep's count of held maps is @held. */
int x_call(enum x_op op, int mm, int nr, int held);
void x_read_section(int vma);
void x_write_section(int mm, int vma);

/* alone.c */
void x_plant(int planted);
void x_role_alone(void);

/* lookups.c */
extern const struct x_named_role x_lookup_roles[];
void x_tree_begin(void);

#endif /* EXPLORER_WORLD_H */
