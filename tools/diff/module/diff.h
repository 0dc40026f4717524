/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of vma_lock_diff.ko share.
 */
#ifndef DIFF_H
#define DIFF_H

#include "vma_lock_diff.h"

#include <linux/mm_types.h>
#include <linux/sched.h>

struct diff_cell;
struct ma_state;

#define FLAG	VM_REFCNT_EXCLUDE_READERS_FLAG

/* log.c: what is seen, on its way to the host. */
struct diff_log;
struct diff_log *diff_log_begin(const char *name);
__printf(2, 3) void diff_log_printf(struct diff_log *log, const char *fmt, ...);
int diff_log_end(struct diff_log *log);
/* For who waits outside: it goes on. */
void diff_log_alive(void);
__printf(1, 2) void diff_log_trouble(const char *fmt, ...);
/* Tells what, and where @task sleeps, and ends the guest. */
void diff_log_give_up(const char *what, struct task_struct *task);
int diff_log_init(void);
void diff_log_exit(void);

/* watchdog.c: ends the guest where something does not go on, or crashes. */
struct diff_watchdog {
	unsigned long place;
	u64 at, idle;
};

/* To be called over and over; @place changes as long as all is well. */
void diff_watchdog_look(struct diff_watchdog *dog, unsigned long place, struct task_struct *task);
int diff_watchdog_init(void);
void diff_watchdog_exit(void);

/* mms.c: two mms and two VMAs that no process has. */
struct diff_world {
	struct mm_struct *mm[2];
	struct vm_area_struct *vma, *other;
	/* @vma at another address, for what is no use of it: nothing traps there. */
	struct vm_area_struct *unwatched;
	/* What mm[0] is a part of. */
	struct synthetic_mm *synthetic;
};

extern struct diff_world world;
int diff_world_init(void);
void diff_world_exit(void);

/* Off the run queue: it has not only announced that it will sleep. */
static inline bool diff_asleep(struct task_struct *task)
{
	return READ_ONCE(task->__state) & TASK_NORMAL && !READ_ONCE(task->on_rq);
}

/*
 * probes.c: what a task does that is neither in a word nor in a result, noted
 * between begin and end, on the task that calls them.
 */
struct diff_seen {
	/* refcount_warn_saturate(), by its reason; the last is an unknown one. */
	u8 saturated[6];
	/* Other WARNs. They are counted here instead of being printed. */
	u8 warns;
	/* Assertions that this kernel leaves out, and that would have spoken up. */
	u8 asserts;
	/* rcuwait_wake_up() on the first mm, the second, something else. */
	u8 wakes[3];
	/* The planted waiter was woken. */
	bool woken;
	/* Watchpoints: the VMA was used after its count had been lowered ... */
	bool late;
	/* ... and how often the VMA's mm was grabbed at that time. */
	s8 grabbed;
	/* Lookups in the maple tree. Those beyond a number find nothing, or it would never end. */
	u8 looks;
	/* What lockdep is told of the VMA's lock, by its DIFF_LOCKDEP_* or'ed. */
	u16 lockdep[8];
	u8 lockdeps;
};

#define DIFF_LOCKDEP_LATE	(1 << 15)

#define DIFF_MAX_LOOKS	8

int diff_probes_init(struct task_struct *sleeper);
void diff_probes_exit(void);
void diff_probes_begin(struct diff_seen *seen, const struct diff_cell *cell);
void diff_probes_end(void);
/* Watchpoints are slow. -ENOSPC: this CPU has none, or they are in use. */
int diff_watch_start(void);
void diff_watch_stop(void);

/* cells.c */
int diff_cells_run(const struct vma_lock_diff_side *side, struct diff_log *log);
int diff_cells_init(void);
void diff_cells_exit(void);
extern struct task_struct *diff_sleeper;

/* disturb.c: what has nothing to do with the protocol, for tests. */
int diff_disturb_start(struct task_struct *walker);
void diff_disturb_stop(void);

/* rust_table.c: the library that is linked into the module at hand */
extern const struct vma_lock_diff_side diff_rust_side;

/* kernel_side.c */
extern struct vma_lock_diff_side diff_kernel_side;
void diff_kernel_side_init(struct diff_log *log);

#endif /* DIFF_H */
