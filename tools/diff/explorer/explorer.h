/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The explorer: what its two halves know of each other. One half is compiled by Kbuild with the
 * kernel's headers (the sides, the roles, the stand-ins), the other one is a program of the host
 * (coroutines, search, output). So there are only C's own types here.
 */
#ifndef EXPLORER_H
#define EXPLORER_H

#define X_THREADS	5
#define X_MMS		2
#define X_VMAS		3

/* What an access does to the word. */
enum x_kind {
	X_LOAD,
	X_STORE,
	X_RMW,
};

/* What a stopped thread waits for. */
enum x_wait {
	X_RUN,		/* its turn */
	X_SLEEP,	/* to be made runnable */
	X_READ_LOCK,	/* the rwsem at @addr, free of writers */
	X_WRITE_LOCK,	/* the rwsem at @addr, free */
	X_FREED,	/* VMA 0 detached and freed */
};

/* Where a thread stopped: before this access. */
struct x_stop {
	const char *name;
	const volatile void *addr;
	unsigned char kind, size, wait, killable;
	/* Compared byte by byte: no padding. */
	unsigned int unused;
};

/*
 * What belongs to one thread alone. It is swapped in and out with the thread's stack, and says
 * nothing of which thread it is: two readers at the same place are the same.
 */
struct x_self {
	struct x_stop stop;
	/* The access that a macro has announced, and the compiler's own instrumentation repeats. */
	const volatile void *announced;
	/* The access that was let through last, until its effect has been looked at. */
	const volatile void *accessed;
	unsigned long before;
	int ret;
	short rcu, lockdep;
	/* What a speculating reader has begun with. */
	unsigned int seq;
	/* Counts of each VMA that it holds; whether it has dropped its last one since it found the VMA. */
	signed char holds[X_VMAS];
	unsigned char dropped[X_VMAS];
	/* The mmap lock of each mm: 0, X_READ_LOCK or X_WRITE_LOCK. */
	unsigned char mmap[X_MMS];
	/* How it has acquired, a bit for each way of enum x_lockdep. */
	unsigned char lockdep_ways;
	/* The last access lowered a count by one. */
	unsigned char just_put;
	unsigned char warns, done;
	/* With which lockdep was told of an mmap lock last. */
	unsigned char subclass;
	unsigned char unused[3];
};

/* How lockdep's map was acquired. */
enum x_lockdep {
	X_LOCKDEP_SHARED_TRY,
	X_LOCKDEP_EXCLUSIVE,
	X_LOCKDEP_OTHER,
	X_LOCKDEP_STAT,
};

/* What must not happen, whoever wrote the code. Names: outcome.c. */
enum x_wrong {
	X_BOTH_IN,		/* a reader and a writer at once */
	X_READER_LEFT,		/* detached while there is a reader */
	X_USED_UNPROTECTED,	/* a VMA used without RCU, count or mmap lock */
	X_USED_DROPPED,		/* a VMA used after one's own last put */
	X_WRITTEN_REUSED,	/* a VMA written by somebody who has no business with it */
	X_MM_FREED,		/* an mm used after its last drop */
	X_LOCKDEP_LATE,		/* lockdep told after the count was dropped */
	X_LOCKDEP_UNBALANCED,
	X_RCU_UNBALANCED,
	X_NODE_FREED,		/* a node of the maple tree used after its grace period */
	X_WRONG_VMA,		/* found, but not at the address; or behind a gap that never was */
	X_TORN,			/* what a reader read was not written at once */
	X_MMAP_UNBALANCED,
	X_SEQUENCE,		/* the sequence of the mmap lock even while it is write-locked, or odd */
	X_FAULT,		/* BUG, or a fault */
	X_NR_WRONG,
};

/* A piece of memory that is a part of the state. */
struct x_extent {
	void *at;
	unsigned int size;
};

/* A scene: who does what. */
struct x_scene {
	const char *name;
	const char *roles[X_THREADS];
	/* So many preemptions at most; 0: any number. */
	int preemptions;
	/* Only with FULL=1. */
	int full;
	/* VMA 0 is detached as it begins. */
	int detached;
	/* There is a maple tree. */
	int lookups;
	/* VMA 0 belongs to another mm, though it is found. */
	int other_mm;
	/* These VMAs are not in the tree, a bit for each. */
	int missing;
	/* VMA 0 has as many readers as it can have. */
	int limit;
	/* The count of VMA 0 is this as it begins; 0: as it is after attaching. */
	unsigned int count;
	/* One operation, begun in this state, counted from 1: alone.c. */
	int planted;
};

/* world.c */
extern struct x_self x_self;
extern int x_threads, x_current, x_beginning;
void x_world_begin(const struct x_scene *scene, const void *readers, const void *writers);
const struct x_extent *x_world_extents(int *n);
const struct x_extent *x_task_extents(int thread, int *n);
const struct x_extent *x_world_all(int *n);
void *x_task(int thread);
int x_enabled(int thread, const struct x_stop *stop);
void x_thread_run(void);
int x_twins(int a, int b);
const char *x_where(const volatile void *addr, unsigned int *offset);
unsigned long x_peek(const volatile void *addr, unsigned int size);
void x_poke(const volatile void *addr, unsigned int size, unsigned long value);
unsigned int x_word(void);
unsigned int x_wrong(void);
int x_waiter(void);
void x_summary(unsigned int out[4]);
int x_state_of(int thread);

/* alone.c */
int x_alone_states(int nr, const char **name);
int x_planted_for_path(int planted);

/* supplies.c: so many values of a word at most; by others on a path so many changes, and so many wakeups. */
#define X_SUPPLIES	10
#define X_CHANGES	2
#define X_WAKES		1
#define X_KILL		(~0UL)
int x_supplies(const struct x_self *self, unsigned long values[X_SUPPLIES]);
void x_supply(const struct x_stop *stop, unsigned long value);
/* Values to find out with what depends on this one; none: it is not asked. */
#define X_OTHERS	24
int x_others(const struct x_stop *stop, unsigned long values[X_OTHERS]);

/* engine.c: the thread that runs stops; returns when it is its turn again. */
void x_stop(void);
/* What a thread does, for a trace: an access, or an event without one. */
void x_trace(const char *name, const char *detail, long value);
extern int x_tracing;
/* Not for a trace, but for edges.c, for paths.c. */
#define X_EDGES	2
#define X_PATHS	3
/* Ends all: this cannot be explored, and why. */
void x_cannot(const char *why, const char *what) __attribute__((noreturn));

/* rounds.c: how many each thread goes through; random numbers; what is written down. */
#define X_ROUNDS	24
unsigned int x_draw(unsigned int what, unsigned int a, unsigned int b);
void x_event(char what, unsigned int value);

#endif /* EXPLORER_H */
