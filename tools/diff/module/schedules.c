// SPDX-License-Identifier: GPL-2.0
/*
 * All orders in which two or three threads can take their steps; where these
 * are too many, all in which a thread is preempted at most so many times.
 *
 * One run follows one order. Where it comes to a state that an earlier run has
 * been in, what can follow is known, and it only runs to its end. So all orders
 * are covered, and the number of runs is about that of the states, not of the
 * orders. A state is the shared words and, for each thread, a hash of all that
 * it has read so far.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "schedules.h"

#include <linux/hash.h>
#include <linux/mmap_lock.h>
#include <linux/moduleparam.h>
#include <linux/vmalloc.h>

#define MAX_STEPS	200
#define MAX_RUNS	100000
#define MAX_OUTCOMES	200
#define VISITED_BITS	20

static const struct scenario {
	const char *name;
	void (*role[DIFF_THREADS])(struct diff_thread *t);
	/* So many preemptions at most; 0: any number. */
	int preemptions;
} scenarios[] = {
	{ "reader+writer",	{ diff_role_reader, diff_role_writer } },
	{ "reader+detacher",	{ diff_role_reader, diff_role_detacher } },
	{ "reader+killed-writer", { diff_role_reader, diff_role_killable, diff_role_killer } },
	{ "reader+reader+writer", { diff_role_reader, diff_role_reader, diff_role_writer } },
	{ "reader+reader+detacher", { diff_role_reader, diff_role_reader, diff_role_detacher }, 4 },
	{ "reader+writer+detacher", { diff_role_reader, diff_role_writer, diff_role_detacher } },
};

/* A thread was chosen out of several; these have not been tried yet. */
struct decision {
	u8 rest, chosen;
};

static uint preemptions;
module_param(preemptions, uint, 0444);
MODULE_PARM_DESC(preemptions, "Three threads, two sides: at most so many (default 0: as the scenario says)");

static struct explorer {
	/* At most so many are tried; 0: any number. */
	int most_preemptions;
	struct decision decision[MAX_STEPS];
	int depth;
	/* The run at hand. */
	char order[MAX_STEPS + 1];
	struct diff_thread *last;
	int step, preemptions;
	bool known, endless;

	u64 *visited;
	unsigned int states, runs;
	u64 steps;
	struct {
		char text[200];
		char order[MAX_STEPS + 1];
	} outcome[MAX_OUTCOMES];
	int outcomes;
	bool incomplete;
} *x;

static void mix(u64 *hash, u64 value)
{
	*hash = hash_64(*hash ^ value, 64) + value;
}

/* The words that code reads without saying so count as read at every step. */
static void remember(struct diff_thread *t)
{
	const struct vm_area_struct *vma = world.vma;

	mix(&t->history, (unsigned long)t->addr * 4 + t->point);
	if (t->addr == &vma->vm_refcnt)
		mix(&t->history, atomic_read(&vma->vm_refcnt.refs));
	else if (t->addr == &world.mm[0]->vma_writer_wait.task)
		mix(&t->history, diff_scene_waiter());
	else if (t->addr == &world.mm[0]->mm_lock_seq.sequence)
		mix(&t->history, world.mm[0]->mm_lock_seq.sequence);
	else if (!t->addr)
		mix(&t->history, scene.freed);
	mix(&t->history, vma->vm_lock_seq);
	mix(&t->history, (unsigned long)vma->vm_mm);
	mix(&t->history, t->fatal);
}

static u64 thread_hash(const struct diff_thread *t)
{
	u64 hash = t->history;

	mix(&hash, t->ret);
	mix(&hash, t->lockdep);
	mix(&hash, t->state | (u64)t->done << 32 | (u64)t->fatal << 33);
	/* How many preemptions are left matters where they are counted, and of whom. */
	if (x->most_preemptions)
		mix(&hash, 2 * x->preemptions + (t == x->last));
	return hash;
}

static u64 state_hash(void)
{
	u64 hash = scene.threads;

	mix(&hash, atomic_read(&world.vma->vm_refcnt.refs));
	mix(&hash, world.vma->vm_lock_seq);
	mix(&hash, world.mm[0]->mm_lock_seq.sequence);
	mix(&hash, diff_scene_waiter());
	mix(&hash, scene.mmap_owner + 1 + 8 * scene.readers_in + 64 * scene.writer_in +
		128 * scene.freed + 256 * scene.wrong);
	/* Which of two readers is where makes no difference. */
	if (diff_scene_twins())
		mix(&hash, thread_hash(&scene.thread[0]) + thread_hash(&scene.thread[1]));
	for (int i = diff_scene_twins() ? 2 : 0; i < scene.threads; i++)
		mix(&hash, thread_hash(&scene.thread[i]));
	return hash ?: 1;
}

/* True the first time. */
static bool visit(u64 hash)
{
	u32 slot = hash_64(hash, VISITED_BITS);

	for (int i = 0; i < 64; i++, slot = (slot + 1) & ((1U << VISITED_BITS) - 1)) {
		if (x->visited[slot] == hash)
			return false;
		if (!x->visited[slot]) {
			x->visited[slot] = hash;
			x->states++;
			return true;
		}
	}
	x->incomplete = true;
	return false;
}

/* As decided in earlier runs; then anew: whoever had the last turn goes on, if possible. */
static struct diff_thread *next_thread(struct diff_thread *last)
{
	unsigned int mask = diff_scene_enabled();
	const bool can_go_on = last && mask & 1U << (last - scene.thread);
	int next;

	x->endless = x->step == MAX_STEPS;
	if (!mask || x->endless)
		return NULL;
	x->last = last;
	next = can_go_on ? last - scene.thread : __ffs(mask);
	if (x->step < x->depth) {
		next = x->decision[x->step].chosen;
	} else if (!x->known) {
		x->known = !visit(state_hash());
		if (can_go_on && x->most_preemptions && x->preemptions == x->most_preemptions)
			mask = 1U << next;
		if (!x->known)
			x->decision[x->depth++] = (struct decision){ mask & ~(1U << next), next };
	}
	x->preemptions += can_go_on && &scene.thread[next] != last;
	x->order[x->step++] = '0' + next;
	remember(&scene.thread[next]);
	return &scene.thread[next];
}

static void note_outcome(void)
{
	char text[sizeof(x->outcome[0].text)];

	diff_scene_outcome(text, sizeof(text), x->endless ? "endless" : "blocked");
	for (int i = 0; i < x->outcomes; i++)
		if (!strcmp(x->outcome[i].text, text))
			return;
	if (x->outcomes == MAX_OUTCOMES) {
		x->incomplete = true;
		return;
	}
	strscpy(x->outcome[x->outcomes].text, text);
	strscpy(x->outcome[x->outcomes++].order, x->order);
}

/* The next order that has not been taken; false: there is none. */
static bool next_order(void)
{
	while (x->depth) {
		struct decision *d = &x->decision[x->depth - 1];

		if (d->rest) {
			d->chosen = __ffs(d->rest);
			d->rest &= d->rest - 1;
			return true;
		}
		x->depth--;
	}
	return false;
}

static int explore(void)
{
	int err;

	memset(x->visited, 0, sizeof(*x->visited) << VISITED_BITS);
	x->depth = x->states = x->runs = x->outcomes = 0;
	x->steps = 0;
	x->incomplete = false;
	do {
		x->step = x->preemptions = 0;
		x->known = false;
		err = diff_scene_run(next_thread);
		if (err)
			return err;
		x->order[x->step] = '\0';
		x->steps += x->step;
		note_outcome();
		x->incomplete |= ++x->runs == MAX_RUNS;
		cond_resched();
	} while (next_order() && x->runs < MAX_RUNS);
	return 0;
}

static int explore_all(const struct vma_lock_diff_side *readers,
		       const struct vma_lock_diff_side *writers, struct diff_log *log)
{
	for (int i = 0; i < ARRAY_SIZE(scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		int err;

		x->most_preemptions = preemptions && s->role[2] && readers != writers ?
				      preemptions : s->preemptions;
		diff_scene_begin(readers, writers, s->role);
		err = explore();
		diff_scene_end();
		if (err)
			return err;
		for (int j = 0; j < x->outcomes; j++)
			diff_log_printf(log, "schedule %s %s %s %s: %s\n", s->name, readers->name,
					writers->name, x->outcome[j].order, x->outcome[j].text);
		/* Preemptions: at most so many were tried, 0 for any number. */
		diff_log_printf(log, "scenario %s %s %s runs %u states %u steps %llu preemptions %d %s\n",
				s->name, readers->name, writers->name, x->runs, x->states, x->steps,
				x->most_preemptions, x->incomplete ? "incomplete" : "complete");
	}
	return 0;
}

int diff_schedules_run(const struct vma_lock_diff_side *readers,
		       const struct vma_lock_diff_side *writers, struct diff_log *log)
{
	int err = -ENOMEM;

	x = vzalloc(sizeof(*x));
	if (!x)
		return err;
	x->visited = vmalloc(sizeof(*x->visited) << VISITED_BITS);
	if (!x->visited)
		goto free;

	/* One CPU for all: only one of them runs at a time, and nobody waits for an idle CPU. */
	err = set_cpus_allowed_ptr(current, cpumask_of(0));
	if (err)
		goto free_visited;
	/* The threads take a lock of their own; this is for the kernel's assertions. */
	down_write(&world.mm[0]->mmap_lock);
	err = explore_all(readers, writers, log) ?: diff_rounds_run(readers, writers, log);
	up_write(&world.mm[0]->mmap_lock);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
free_visited:
	vfree(x->visited);
free:
	vfree(x);
	return err;
}
