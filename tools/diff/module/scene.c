// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduled threads, from the start of a run to its end. They hand the turn
 * to each other: a thread that goes on by itself costs no switch.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "schedules.h"

#include <linux/kthread.h>
#include <linux/mmap_lock.h>
#include <linux/sched/task.h>

struct diff_scene scene;

struct diff_thread *diff_thread_current(void)
{
	for (int i = 0; i < scene.threads; i++)
		if (current == scene.thread[i].task)
			return &scene.thread[i];
	return NULL;
}

bool diff_scene_hand_over(struct diff_thread *t)
{
	struct diff_thread *next = scene.next(t);

	if (next == t)
		return false;
	scene.turns++;
	scene.turn = next;
	complete(next ? &next->go : &scene.over);
	return true;
}

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
		diff_scene_hand_over(t);
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

static int reset(void)
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
		t->attaches = false;
		t->point = t->rcu = t->lockdep = t->ret = 0;
		t->addr = NULL;
		t->state = TASK_RUNNING;
		t->history = 0;
		t->seen = (struct diff_seen){ };
	}
	return 0;
}

void diff_scene_begin(const struct vma_lock_diff_side *readers,
		      const struct vma_lock_diff_side *writers,
		      void (*const role[DIFF_THREADS])(struct diff_thread *t))
{
	scene.threads = 0;
	for (int i = 0; i < DIFF_THREADS && role[i]; i++) {
		struct diff_thread *t = &scene.thread[scene.threads++];

		t->role = role[i];
		t->readers = readers;
		t->writers = writers;
		init_completion(&t->go);
	}
	init_completion(&scene.over);
}

/* One run, until nobody can go on or @next says that it is enough. */
int diff_scene_run(struct diff_thread *(*next)(struct diff_thread *last))
{
	struct diff_watchdog dog = { };
	int err = reset();

	if (err)
		return err;
	scene.next = next;
	scene.turn = next(NULL);
	complete(&scene.turn->go);
	/* A thread that loops or sleeps without a stop is not seen by the others. */
	while (!wait_for_completion_timeout(&scene.over, max(HZ / 100, 1)))
		diff_watchdog_look(&dog, scene.turns, scene.turn ? scene.turn->task : NULL);
	diff_log_alive();
	return 0;
}

/* Those that are in the middle of something can only be ended. */
static void cancel(bool all)
{
	for (int i = 0; i < scene.threads; i++) {
		struct diff_thread *t = &scene.thread[i];

		if (t->task && (all || !t->done))
			cancel_one(t);
	}
}

void diff_scene_end(void)
{
	cancel(true);
	scene.threads = 0;
}

unsigned int diff_scene_enabled(void)
{
	unsigned int mask = 0;

	for (int i = 0; i < scene.threads; i++) {
		const struct diff_thread *t = &scene.thread[i];

		if (!t->done && !(t->sleeping && t->state != TASK_RUNNING) &&
		    !(t->wants_mmap_lock && scene.mmap_owner >= 0))
			mask |= 1U << i;
	}
	return mask;
}

int diff_scene_waiter(void)
{
	for (int i = 0; i < scene.threads; i++)
		if (rcu_access_pointer(world.mm[0]->vma_writer_wait.task) == scene.thread[i].task)
			return i;
	return -1;
}

/* Two readers are the same thing twice. */
bool diff_scene_twins(void)
{
	return scene.threads > 1 && scene.thread[0].role == scene.thread[1].role;
}

static void one_outcome(const struct diff_thread *t, char *text, size_t size, const char *blocked)
{
	int n;

	n = t->done ? scnprintf(text, size, "%d", t->ret) : scnprintf(text, size, "%s", blocked);
	if (t->seen.warns)
		n += scnprintf(text + n, size - n, ",warns=%d", t->seen.warns);
	if (t->done && t->lockdep)
		scnprintf(text + n, size - n, ",lockdep=%+d", t->lockdep);
}

/* How the run has ended; whoever is not done yet is @blocked, and is ended. */
void diff_scene_outcome(char *text, size_t size, const char *blocked)
{
	static const char *const wrongs[] = {
		"reader-and-writer-at-once", "detached-with-a-reader", "used-after-free",
		"lockdep-late", "rcu-unbalanced",
	};
	char one[DIFF_THREADS][40];
	int swapped, n;

	for (int i = 0; i < scene.threads; i++)
		one_outcome(&scene.thread[i], one[i], sizeof(one[i]), blocked);
	/* Twins in the order of what became of them. */
	swapped = diff_scene_twins() && strcmp(one[0], one[1]) > 0;

	n = scnprintf(text, size, "word=%08x", atomic_read(&world.vma->vm_refcnt.refs));
	for (int i = 0; i < scene.threads; i++)
		n += scnprintf(text + n, size - n, " %d:%s", i, one[i < 2 ? i ^ swapped : i]);
	if (rcu_access_pointer(world.mm[0]->vma_writer_wait.task))
		n += scnprintf(text + n, size - n, " leaves-waiter");
	for (int i = 0; i < ARRAY_SIZE(wrongs); i++)
		if (scene.wrong & 1U << i)
			n += scnprintf(text + n, size - n, " wrong=%s", wrongs[i]);
	cancel(false);
}
