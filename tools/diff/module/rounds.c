// SPDX-License-Identifier: GPL-2.0
/*
 * Random long schedules: each thread goes through many rounds, as a reader or a
 * writer of some kind, in an order that the seed alone decides.
 *
 * The order must be the same on each side, though one may look at a word once
 * more than another. So who is next depends on what changed, which is written
 * down as well, and on where threads are about to change something; not on how
 * many looks they had.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "schedules.h"

#include <linux/hash.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#define RUNS		16
#define ROUNDS		24
#define MAX_EVENTS	8000

static ulong seed = 1;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "Which random schedules to run (default 1)");

/* What can change, and what was last seen. */
struct words {
	u32 count, vma_seq, mm_seq;
	int waiter;
};

static struct {
	struct diff_log *log;
	const char *head;
	int run;
	unsigned int events, turns;
	struct words seen;
	/* A line that is not full yet. */
	char line[400];
	int length;
} r;

static u32 draw(u32 what, u32 a, u32 b)
{
	u64 hash = hash_64(seed * 0x10001 + r.run, 64);

	hash = hash_64(hash ^ what, 64) + a;
	return hash_64(hash_64(hash, 64) + b, 32);
}

static void flush(void)
{
	if (r.length)
		diff_log_printf(r.log, "rounds %s %d:%s\n", r.head, r.run, r.line);
	r.length = 0;
}

static void event(const struct diff_thread *t, char what, u32 value)
{
	r.events++;
	r.length += scnprintf(r.line + r.length, sizeof(r.line) - r.length, " %d%c%x",
			      (int)(t - scene.thread), what, value);
	if (r.length > sizeof(r.line) - 16)
		flush();
}

static struct words look(void)
{
	return (struct words){
		.count = atomic_read(&world.vma->vm_refcnt.refs),
		.vma_seq = world.vma->vm_lock_seq,
		.mm_seq = world.mm[0]->mm_lock_seq.sequence,
		.waiter = diff_scene_waiter(),
	};
}

/* Nobody else has run since @t went on, so what changed is its doing. */
static bool note_changes(const struct diff_thread *t)
{
	const unsigned int events = r.events;
	const struct words now = look();

	if (now.count != r.seen.count)
		event(t, 'c', now.count);
	if (now.vma_seq != r.seen.vma_seq)
		event(t, 's', now.vma_seq);
	if (now.mm_seq != r.seen.mm_seq)
		event(t, 'm', now.mm_seq);
	if (now.waiter != r.seen.waiter)
		event(t, 'w', now.waiter + 1);
	if (t->sleeping && t->state != TASK_RUNNING)
		event(t, 'z', t->state);
	r.seen = now;
	return r.events != events;
}

/* Before all that a change depends on, but for looks at what a lock protects. */
static bool at_the_brink(const struct diff_thread *t)
{
	return !t->addr || t->addr == &t->state || t->addr == &world.vma->vm_refcnt ||
	       t->addr == &world.mm[0]->vma_writer_wait.task;
}

static struct diff_thread *next_thread(struct diff_thread *last)
{
	const unsigned int mask = diff_scene_enabled();
	unsigned int rest = mask;
	bool changed;

	if (last) {
		const int nr = last - scene.thread;

		changed = note_changes(last);
		if (mask & 1U << nr && !(changed && draw('c', r.events, nr) % 4 == 0) &&
		    !(at_the_brink(last) && draw('b', r.events, nr) % 4 == 0))
			return last;
		if (mask & ~(1U << nr))
			rest = mask & ~(1U << nr);
	}
	if (!rest || r.events > MAX_EVENTS)
		return NULL;
	for (u32 skip = draw('t', r.events, r.turns++) % hweight32(rest); skip; skip--)
		rest &= rest - 1;
	return &scene.thread[__ffs(rest)];
}

static void role_rounds(struct diff_thread *t)
{
	static void (*const roles[])(struct diff_thread *t) = {
		diff_role_reader, diff_role_reader, diff_role_reader, diff_role_reader,
		diff_role_writer, diff_role_writer, diff_role_killable, diff_role_detacher,
	};
	const int nr = t - scene.thread;

	for (int round = 0; round < ROUNDS; round++) {
		const u32 choice = draw('r', nr, round);

		t->fatal = choice & 8;
		t->attaches = true;
		roles[choice % ARRAY_SIZE(roles)](t);
		note_changes(t);
		event(t, 'r', t->ret);
	}
	t->fatal = t->attaches = false;
}

int diff_rounds_run(const struct vma_lock_diff_side *readers,
		    const struct vma_lock_diff_side *writers, struct diff_log *log)
{
	static void (*const role[DIFF_THREADS])(struct diff_thread *t) = {
		role_rounds, role_rounds, role_rounds,
	};
	char head[128], text[200];
	int err = 0;

	snprintf(head, sizeof(head), "%s %s", readers->name, writers->name);
	r.log = log;
	r.head = head;
	diff_scene_begin(readers, writers, role);
	for (r.run = 0; r.run < RUNS && !err; r.run++) {
		r.events = r.turns = 0;
		r.length = 0;
		/* As a run begins. */
		r.seen = (struct words){ 1, 3, 4, -1 };
		err = diff_scene_run(next_thread);
		flush();
		diff_scene_outcome(text, sizeof(text),
				   r.events > MAX_EVENTS ? "endless" : "blocked");
		diff_log_printf(log, "rounds-end %s %d seed %lu events %u: %s\n", head, r.run, seed,
				r.events, text);
		cond_resched();
	}
	diff_scene_end();
	return err;
}
