// SPDX-License-Identifier: GPL-2.0
/*
 * All orders in which two or three threads can take their steps.
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
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/mmap_lock.h>
#include <linux/vmalloc.h>

#define MAX_STEPS	200
#define MAX_RUNS	20000
#define MAX_OUTCOMES	200
#define VISITED_BITS	18

static const struct scenario {
	const char *name;
	void (*role[DIFF_THREADS])(struct diff_thread *t);
} scenarios[] = {
	{ "reader+writer",	{ diff_role_reader, diff_role_writer } },
	{ "reader+detacher",	{ diff_role_reader, diff_role_detacher } },
	{ "reader+killed-writer", { diff_role_reader, diff_role_killable, diff_role_killer } },
};

struct decision {
	u8 enabled, chosen;
};

struct explorer {
	struct decision decision[MAX_STEPS];
	int depth;
	u64 *visited;
	unsigned int states, runs, steps;
	struct {
		char text[120];
		char order[MAX_STEPS + 1];
	} outcome[MAX_OUTCOMES];
	int outcomes;
	bool incomplete;
};

static int schedule_thread(void *data)
{
	struct diff_thread *t = data;

	for (;;) {
		wait_for_completion(&t->go);
		if (t->cancel)
			return 0;
		t->word_at_stop = atomic_read(&world.vma->vm_refcnt.refs);
		t->role(t);
		t->done = true;
		complete(&scene.stopped);
	}
}

static int start_one(struct diff_thread *t)
{
	struct task_struct *task = kthread_create(schedule_thread, t, "vma_lock_step");

	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, 0);
	t->task = get_task_struct(task);
	wake_up_process(task);
	return 0;
}

static void cancel_one(struct diff_thread *t)
{
	t->cancel = true;
	complete(&t->go);
	kthread_stop_put(t->task);
	t->task = NULL;
	t->cancel = false;
}

static int reset_scene(void)
{
	for (int i = 0; i < 2; i++) {
		world.mm[i]->mm_lock_seq.sequence = 4;
		rcu_assign_pointer(world.mm[i]->vma_writer_wait.task, NULL);
		atomic_set(&world.mm[i]->mm_count, 10);
	}
	world.vma->vm_mm = world.mm[0];
	world.vma->vm_lock_seq = 3;
	atomic_set(&world.vma->vm_refcnt.refs, 1);
	scene.mmap_owner = -1;
	scene.readers_in = 0;
	scene.writer_in = scene.freed = false;
	scene.wrong = 0;

	for (int i = 0; i < scene.threads; i++) {
		struct diff_thread *t = &scene.thread[i];
		int err = t->task ? 0 : start_one(t);

		if (err)
			return err;
		t->done = t->dropped = t->sleeping = t->wants_mmap_lock = t->fatal = false;
		t->point = t->rcu = t->lockdep = t->ret = 0;
		t->addr = NULL;
		t->state = TASK_RUNNING;
		t->history = 0;
		t->seen = (struct diff_seen){ };
	}
	return 0;
}

static bool enabled(const struct diff_thread *t)
{
	return !t->done && !(t->sleeping && t->state != TASK_RUNNING) &&
	       !(t->wants_mmap_lock && scene.mmap_owner >= 0);
}

static void mix(u64 *hash, u64 value)
{
	*hash = hash_64(*hash ^ value, 64) + value;
}

static int waiter_index(const struct mm_struct *mm)
{
	for (int i = 0; i < scene.threads; i++)
		if (rcu_access_pointer(mm->vma_writer_wait.task) == scene.thread[i].task)
			return i;
	return -1;
}

/* The words that code reads without saying so count as read at every step. */
static void remember(struct diff_thread *t)
{
	const struct vm_area_struct *vma = world.vma;

	mix(&t->history, (unsigned long)t->addr * 4 + t->point);
	if (t->addr == &vma->vm_refcnt)
		mix(&t->history, atomic_read(&vma->vm_refcnt.refs));
	else if (t->addr == &world.mm[0]->vma_writer_wait.task)
		mix(&t->history, waiter_index(world.mm[0]));
	else if (t->addr == &world.mm[0]->mm_lock_seq.sequence)
		mix(&t->history, world.mm[0]->mm_lock_seq.sequence);
	else if (!t->addr)
		mix(&t->history, scene.freed);
	mix(&t->history, vma->vm_lock_seq);
	mix(&t->history, (unsigned long)vma->vm_mm);
	mix(&t->history, t->fatal);
}

static u64 state_hash(void)
{
	u64 hash = scene.threads;

	mix(&hash, atomic_read(&world.vma->vm_refcnt.refs));
	mix(&hash, world.vma->vm_lock_seq);
	mix(&hash, world.mm[0]->mm_lock_seq.sequence);
	mix(&hash, waiter_index(world.mm[0]));
	mix(&hash, scene.mmap_owner + 1 + 8 * scene.readers_in + 64 * scene.writer_in +
		128 * scene.freed + 256 * scene.wrong);
	for (int i = 0; i < scene.threads; i++) {
		mix(&hash, scene.thread[i].history);
		mix(&hash, scene.thread[i].ret);
		mix(&hash, scene.thread[i].lockdep);
		mix(&hash, scene.thread[i].state | (u64)scene.thread[i].done << 32 |
			(u64)scene.thread[i].fatal << 33);
	}
	return hash ?: 1;
}

/* True the first time. */
static bool visit(struct explorer *x, u64 hash)
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

static void note_outcome(struct explorer *x, const char *order, const char *blocked)
{
	char text[sizeof(x->outcome[0].text)];
	int n;

	n = scnprintf(text, sizeof(text), "word=%08x", atomic_read(&world.vma->vm_refcnt.refs));
	for (int i = 0; i < scene.threads; i++) {
		const struct diff_thread *t = &scene.thread[i];

		n += scnprintf(text + n, sizeof(text) - n, " %d:%s%d", i, t->done ? "" : blocked,
			       t->done ? t->ret : 0);
		if (t->seen.warns)
			n += scnprintf(text + n, sizeof(text) - n, ",warns=%d", t->seen.warns);
		if (t->done && t->lockdep)
			n += scnprintf(text + n, sizeof(text) - n, ",lockdep=%+d", t->lockdep);
	}
	if (rcu_access_pointer(world.mm[0]->vma_writer_wait.task))
		n += scnprintf(text + n, sizeof(text) - n, " leaves-waiter");
	if (scene.wrong)
		n += scnprintf(text + n, sizeof(text) - n, " wrong=%s%s%s%s%s",
			       scene.wrong & BOTH_IN ? "reader-and-writer-at-once," : "",
			       scene.wrong & READER_LEFT ? "detached-with-a-reader," : "",
			       scene.wrong & USED_FREED ? "used-after-free," : "",
			       scene.wrong & RELEASED_LATE ? "lockdep-late," : "",
			       scene.wrong & RCU_UNBALANCED ? "rcu-unbalanced," : "");

	for (int i = 0; i < x->outcomes; i++)
		if (!strcmp(x->outcome[i].text, text))
			return;
	if (x->outcomes == MAX_OUTCOMES) {
		x->incomplete = true;
		return;
	}
	strscpy(x->outcome[x->outcomes].text, text);
	strscpy(x->outcome[x->outcomes++].order, order);
}

static void run_once(struct explorer *x)
{
	char order[MAX_STEPS + 1] = "";
	bool known = false;
	int step;

	for (step = 0; step < MAX_STEPS; step++) {
		struct diff_thread *t;
		u8 mask = 0;
		int next;

		for (int i = 0; i < scene.threads; i++)
			mask |= enabled(&scene.thread[i]) << i;
		if (!mask)
			break;
		if (step < x->depth) {
			next = x->decision[step].chosen;
		} else {
			next = __ffs(mask);
			known = known || !visit(x, state_hash());
			if (!known)
				x->decision[x->depth++] = (struct decision){ mask, next };
		}
		t = &scene.thread[next];
		order[step] = '0' + next;
		remember(t);
		x->steps++;
		complete(&t->go);
		wait_for_completion(&scene.stopped);
	}

	note_outcome(x, order, step == MAX_STEPS ? "endless" : "blocked");
	for (int i = 0; i < scene.threads; i++)
		if (!scene.thread[i].done)
			cancel_one(&scene.thread[i]);
	x->runs++;
}

/* The next order that has not been taken; false: there is none. */
static bool next_order(struct explorer *x)
{
	while (x->depth) {
		struct decision *d = &x->decision[x->depth - 1];
		u8 rest = d->enabled & ~((2U << d->chosen) - 1);

		if (rest) {
			d->chosen = __ffs(rest);
			return true;
		}
		x->depth--;
	}
	return false;
}

static int explore(struct explorer *x, const struct scenario *s,
		   const struct vma_lock_diff_side *readers,
		   const struct vma_lock_diff_side *writers)
{
	int err = 0;

	memset(x->visited, 0, sizeof(*x->visited) << VISITED_BITS);
	x->depth = x->states = x->runs = x->steps = x->outcomes = 0;
	x->incomplete = false;
	scene.threads = 0;
	for (int i = 0; i < DIFF_THREADS && s->role[i]; i++) {
		scene.thread[i].role = s->role[i];
		scene.thread[i].side = s->role[i] == diff_role_reader ? readers : writers;
		init_completion(&scene.thread[i].go);
		scene.threads++;
	}
	init_completion(&scene.stopped);
	do {
		err = reset_scene();
		if (err)
			break;
		run_once(x);
		if (x->runs == MAX_RUNS)
			x->incomplete = true;
	} while (next_order(x) && x->runs < MAX_RUNS);
	for (int i = 0; i < scene.threads; i++)
		if (scene.thread[i].task)
			cancel_one(&scene.thread[i]);
	scene.threads = 0;
	return err;
}

int diff_schedules_run(const struct vma_lock_diff_side *readers,
		       const struct vma_lock_diff_side *writers, struct diff_log *log)
{
	struct explorer *x = vzalloc(sizeof(*x));
	int err = -ENOMEM;

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
	for (int i = 0; i < ARRAY_SIZE(scenarios); i++) {
		err = explore(x, &scenarios[i], readers, writers);
		if (err)
			break;
		for (int j = 0; j < x->outcomes; j++)
			diff_log_printf(log, "schedule %s %s %s %s: %s\n", scenarios[i].name,
					readers->name, writers->name, x->outcome[j].order,
					x->outcome[j].text);
		diff_log_printf(log, "scenario %s %s %s runs %u states %u steps %u %s\n",
				scenarios[i].name, readers->name, writers->name, x->runs,
				x->states, x->steps, x->incomplete ? "bounded" : "all");
		cond_resched();
	}
	up_write(&world.mm[0]->mmap_lock);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
free_visited:
	vfree(x->visited);
free:
	vfree(x);
	return err;
}
