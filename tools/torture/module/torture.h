/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of this module share.
 */
#ifndef VMA_LOCK_TORTURE_H
#define VMA_LOCK_TORTURE_H

#include "../../lib/synthetic_mm/synthetic_mm.h"

#include <linux/prandom.h>
#include <linux/refcount_types.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

/* Prefix of all that the kernel's framework prints, and of all that we do. */
#define TORTURE_TYPE	"vma_lock"

/*
 * What is counted, for each language. RARE: must have happened in a run of RARE_SECS.
 * HELPER: seen in the helpers that Rust calls, so not where they are inlined; KERNELS: in the
 * kernel's own, not where CONFIG_RUST_INLINE_HELPERS inlines those.
 */
#define TORTURE_RARE_SECS	60
#define TORTURE_RARE		1
#define TORTURE_HELPER		2
#define TORTURE_KERNELS		4
#define TORTURE_EVENTS(X)							\
	X(reads,		0)						\
	X(reads_under_mmap_lock, 0)						\
	X(live_reads,		0)						\
	X(writes,		0)						\
	X(attaches,		0)						\
	X(detaches,		0)						\
	X(mms_dropped,		0)						\
	X(allocations_failed,	0)						\
	/* a writer or detacher excluded readers */				\
	X(reads_excluded,	TORTURE_RARE | TORTURE_HELPER)			\
	/* -EAGAIN */								\
	X(reads_detached,	TORTURE_RARE | TORTURE_HELPER)			\
	/* the second look failed */						\
	X(reads_backed_off,	TORTURE_RARE | TORTURE_HELPER)			\
	/* of these: the VMA was in another mm */				\
	X(reads_in_other_mm,	TORTURE_RARE | TORTURE_HELPER | TORTURE_KERNELS) \
	/* a detach that met a reader */					\
	X(slow_detaches,	TORTURE_RARE | TORTURE_HELPER)			\
	/* -EINTR, flag given back */						\
	X(writes_interrupted,	TORTURE_RARE)					\
	X(writers_slept,	TORTURE_RARE)					\
	X(detachers_slept,	TORTURE_RARE)					\
	/* woken, and slept again */						\
	X(woken_for_nothing,	TORTURE_RARE)					\
	/* by a put: somebody, or nobody was asleep */				\
	X(wakeups,		TORTURE_RARE)					\
	X(wakeups_of_nobody,	TORTURE_RARE)

enum torture_event {
#define X(name, flags) TORTURE_##name,
	TORTURE_EVENTS(X)
#undef X
	TORTURE_NR_EVENTS
};

/* The per-VMA lock in one of the two languages. */
struct torture_side {
	struct vm_area_struct *(*lock_vma_under_rcu)(struct mm_struct *mm, unsigned long addr);
	struct vm_area_struct *(*lock_next_vma)(struct mm_struct *mm, unsigned long addr);
	bool (*start_read_locked)(struct vm_area_struct *vma);
	void (*end_read)(struct vm_area_struct *vma);
	void (*start_write)(struct vm_area_struct *vma);
	int (*start_write_killable)(struct vm_area_struct *vma);
	void (*lock_init)(struct vm_area_struct *vma);
	void (*mark_attached)(struct vm_area_struct *vma);
	void (*mark_detached)(struct vm_area_struct *vma);
	void (*mmap_write_lock)(struct mm_struct *mm);
	void (*mmap_write_unlock)(struct mm_struct *mm);
	void (*mmap_write_downgrade)(struct mm_struct *mm);
	void (*mmap_read_lock)(struct mm_struct *mm);
	void (*mmap_read_unlock)(struct mm_struct *mm);
};

enum { TORTURE_RUST, TORTURE_C, TORTURE_SIDES };
extern const struct torture_side torture_rust_side, torture_c_side;

enum torture_op { TORTURE_IDLE, TORTURE_READING, TORTURE_PUTTING, TORTURE_WRITING, TORTURE_DETACHING };

struct torture_thread {
	struct task_struct *task;
	struct rnd_state rnd;
	unsigned long count[TORTURE_SIDES][TORTURE_NR_EVENTS];
	/* What the hooks know about the call that they are in. */
	int side;
	enum torture_op op;
	unsigned int slept;
	/* Went where a writer was about to; the VMA changed in the first window. */
	bool targets, overtaken;
	/* Where torture_get_mm() found its mm. */
	unsigned int place;
	/* Takes SIGKILL for an answer, see torture_killer(). */
	bool killable;
	/* VMAs of processes, not ours. */
	bool live;
	/* For the watchdog: what it may be stuck in; @vma belongs to @mm. */
	spinlock_t lock;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long steps, seen_steps, seen_jiffies;
};

/* threads.c: the parameters in force. */
extern unsigned int torture_delay_us, torture_long_hold;
extern char *torture_live_comm;
extern struct torture_thread *torture_threads;
extern unsigned int torture_nr_threads;
/* For what is done when the module is loaded or unloaded. */
extern struct torture_thread torture_main_thread;
/* A thread that was started, or the one that loads or unloads. */
struct torture_thread *torture_current(void);
/* What a thread does, until the test is over: @step, over and over. */
int torture_run(struct torture_thread *t, void (*step)(struct torture_thread *t), char *name);

/* A random number below @n. */
static inline u32 torture_random_below(struct torture_thread *t, u32 n)
{
	return prandom_u32_state(&t->rnd) % n;
}

/* Which language does what comes next. */
static inline const struct torture_side *torture_side(struct torture_thread *t)
{
	t->side = torture_random_below(t, TORTURE_SIDES);
	return t->side == TORTURE_RUST ? &torture_rust_side : &torture_c_side;
}

static inline void torture_count(struct torture_thread *t, enum torture_event event)
{
	unsigned long *count = &t->count[t->side][event];

	WRITE_ONCE(*count, *count + 1);
}

/* delays.c: in the narrow windows, with what is counted there. */
void torture_delay(struct torture_thread *t);
void torture_pause(struct torture_thread *t);
void torture_before_inc(const refcount_t *r);
void torture_after_inc(bool locked, int oldcnt);
void torture_after_dec(int oldcnt);
void torture_after_sub(void);
void torture_after_add(const refcount_t *r);
void torture_before_mmgrab(void);

/* stats.c */
__printf(1, 2) void torture_fail(const char *fmt, ...);
const char *torture_failure(void);
const char *torture_rare_missing(void);
void torture_print_stats(void);
void torture_print_table(void);
/* Says which thread has been stuck for long, and wakes it if nobody else will. */
void torture_watch(void);

/* mms.c: some mms, a few VMAs in each. */
int torture_mms_create(struct torture_thread *t);
void torture_mms_destroy(struct torture_thread *t);
/* A mm that may end as soon as it is put. */
struct mm_struct *torture_get_mm(struct torture_thread *t);
void torture_put_mm(struct torture_thread *t, struct mm_struct *mm);
/* The mm and the address that a writer has in view, every other time; or random ones. */
struct mm_struct *torture_get_target(struct torture_thread *t, unsigned long *addr);
/* A writer says what it has in view, and lets readers come. */
void torture_announce(struct torture_thread *t, unsigned long addr);
/* A new one takes the place of a random one. */
void torture_replace_mm(struct torture_thread *t);
unsigned long torture_random_addr(struct torture_thread *t);
/* With the mmap lock held: the VMA there; makes one there (or cannot); takes it away, frees it. */
struct vm_area_struct *torture_find(struct mm_struct *mm, unsigned long addr);
bool torture_attach(struct torture_thread *t, struct mm_struct *mm, unsigned long addr);
void torture_detach(struct torture_thread *t, struct mm_struct *mm, struct vm_area_struct *vma);
/* With the mmap write lock held; checks the word afterwards. Fails on a signal, if @killable. */
int torture_start_write(struct torture_thread *t, struct mm_struct *mm, struct vm_area_struct *vma,
			bool killable);

/* Roles, one a file; all take their struct torture_thread. */
int torture_reader(void *arg);
int torture_writer(void *arg);
int torture_killer(void *arg);
int torture_mapper(void *arg);
int torture_live(void *arg);
/* reader.c: as long as a reader may hold a VMA. */
void torture_hold(struct torture_thread *t);

#endif /* VMA_LOCK_TORTURE_H */
