// SPDX-License-Identifier: GPL-2.0
/*
 * How long things take. C and Rust take turns, a short round each, so that
 * whatever else the machine does hits both alike.
 */
#include "bench.h"
#include "loops.h"
#include "../../lib/synthetic_mm/synthetic_mm.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/seq_file.h>

/* Short rounds, so that most of them are not interrupted, and many of them. */
#define ROUNDS		101
#define OPERATIONS	2000
/* Here the threads do not begin and end at the same time, so this takes longer. */
#define TOGETHER	30000
#define READERS_MAX	8

static struct mm_struct *mm;
static struct vm_area_struct *vma;

struct worker {
	loop work;
	unsigned long n;
	u64 began, ended;
	struct completion *start;
	struct completion done;
};

static int worker(void *data)
{
	struct worker *w = data;

	wait_for_completion(w->start);
	w->began = ktime_get_ns();
	w->work(mm, vma, w->n);
	w->ended = ktime_get_ns();
	kthread_complete_and_exit(&w->done, 0);
}

/* From the start of the first to the end of the last. */
static u64 together(unsigned int n, loop first, loop others)
{
	DECLARE_COMPLETION_ONSTACK(start);
	struct worker workers[READERS_MAX];
	unsigned int i, started = 0;
	u64 began = U64_MAX, ended = 0;

	for (i = 0; i < n; i++) {
		struct worker *w = &workers[started];
		struct task_struct *task;

		w->work = i ? others : first;
		w->n = TOGETHER;
		w->start = &start;
		init_completion(&w->done);
		task = kthread_run(worker, w, "vma_bench/%u", i);
		started += !IS_ERR(task);
	}
	msleep(1);
	complete_all(&start);
	for (i = 0; i < started; i++) {
		wait_for_completion(&workers[i].done);
		began = min(began, workers[i].began);
		ended = max(ended, workers[i].ended);
	}
	return started ? ended - began : 0;
}

static u64 alone(loop work)
{
	u64 began = ktime_get_ns();

	work(mm, vma, OPERATIONS);
	return ktime_get_ns() - began;
}

static u64 woken;

static void c_wait(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n)
{
	mmap_write_lock(mm);
	oracle_vma_start_write(vma);
	woken = ktime_get_ns();
	mmap_write_unlock(mm);
}

static void rust_wait(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long n)
{
	mmap_write_lock(mm);
	bench_vma_start_write(vma);
	woken = ktime_get_ns();
	mmap_write_unlock(mm);
}

/* From the put to the writer running. */
static u64 wake(void (*put)(struct vm_area_struct *), loop wait)
{
	DECLARE_COMPLETION_ONSTACK(start);
	struct worker w = { .work = wait, .start = &start };
	u64 began;

	init_completion(&w.done);
	mmap_read_lock(mm);
	WARN_ON(!vma_start_read_locked(vma));
	mmap_read_unlock(mm);
	if (IS_ERR(kthread_run(worker, &w, "vma_bench/wake"))) {
		put(vma);
		return 0;
	}
	complete(&start);
	while (refcount_read(&vma->vm_refcnt) < VM_REFCNT_EXCLUDE_READERS_FLAG)
		usleep_range(50, 100);
	/* Long enough for it to have gone to sleep. */
	usleep_range(300, 400);
	began = ktime_get_ns();
	put(vma);
	wait_for_completion(&w.done);
	return woken - began;
}

/* @of_c and @of_rust are evaluated in turn, the order changes with each round. */
#define take_turns(name, operations, of_c, of_rust)				\
	for (int round = 0; round < ((operations) < TOGETHER ? ROUNDS : ROUNDS / 2); round++) { \
		u64 c = 0, rust;						\
										\
		if (round & 1)							\
			c = (of_c);						\
		rust = (of_rust);						\
		if (!(round & 1))						\
			c = (of_c);						\
		seq_printf(m, "%s c %d %llu %u\n", name, round, c, operations);	\
		seq_printf(m, "%s rust %d %llu %u\n", name, round, rust, operations); \
	}

int bench_time_show(struct seq_file *m, void *unused)
{
	static DEFINE_MUTEX(lock);
	struct synthetic_mm *s = synthetic_mm_create();
	char name[32];

	if (!s)
		return -ENOMEM;
	mutex_lock(&lock);
	mm = synthetic_mm_mm(s);
	vma = synthetic_mm_vma(s);
	mmap_write_lock(mm);
	vma_start_write(vma);
	vma_mark_attached(vma);
	mmap_write_unlock(mm);

	take_turns("start_read+end_read", OPERATIONS, alone(c_reads), alone(rust_reads));
	take_turns("start_read_locked+end_read", OPERATIONS,
		   alone(c_reads_locked), alone(rust_reads_locked));
	take_turns("mark_detached+mark_attached", OPERATIONS,
		   alone(c_detaches), alone(rust_detaches));
	take_turns("start_write", OPERATIONS, alone(c_writes), alone(rust_writes));
	for (unsigned int n = 1; n <= READERS_MAX; n *= 2) {
		scnprintf(name, sizeof(name), "readers_%u", n);
		take_turns(name, n * TOGETHER, together(n, c_reads, c_reads),
			   together(n, rust_reads, rust_reads));
	}
	take_turns("reader_and_writer", 2 * TOGETHER,
		   together(2, c_reads, c_writes_seldom),
		   together(2, rust_reads, rust_writes_seldom));
	take_turns("wake_latency", 1, wake(oracle_vma_refcount_put, c_wait),
		   wake(bench_vma_refcount_put, rust_wait));

	mutex_unlock(&lock);
	synthetic_mm_destroy(s);
	return 0;
}
