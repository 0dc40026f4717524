// SPDX-License-Identifier: GPL-2.0
/*
 * What happened, what went wrong, and who is stuck.
 */
#include "torture.h"

#include <linux/jiffies.h>
#include <linux/mm_types.h>
#include <linux/rcuwait.h>
#include <linux/torture.h>

/* Stuck for longer than any load explains, but not as long as the hung task detector waits. */
#define STUCK_SECS	45
/* More say nothing new. */
#define MAX_REPORTS	10

static const char *const names[] = {
#define X(name, flags) [TORTURE_##name] = #name,
	TORTURE_EVENTS(X)
#undef X
};

static const unsigned char flags_of[] = {
#define X(name, flags) [TORTURE_##name] = flags,
	TORTURE_EVENTS(X)
#undef X
};

static char failure[200];
static atomic_t failures = ATOMIC_INIT(0);

void torture_fail(const char *fmt, ...)
{
	const int nth = atomic_inc_return(&failures);
	char text[sizeof(failure)];
	va_list args;

	if (nth > MAX_REPORTS)
		return;
	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pr_alert(TORTURE_TYPE TORTURE_FLAG "!!! %s, in %s\n", text, current->comm);
	if (nth == 1)
		strscpy(failure, text);
}

const char *torture_failure(void)
{
	return atomic_read(&failures) ? failure : NULL;
}

static unsigned long sum(int side, enum torture_event event)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < torture_nr_threads; i++)
		sum += READ_ONCE(torture_threads[i].count[side][event]);
	return sum;
}

/* Whether this is counted in Rust at all. */
static bool is_seen(int side, enum torture_event event)
{
	if (side == TORTURE_C)
		return true;
	if (IS_ENABLED(CONFIG_RUST_INLINE_HELPERS) && flags_of[event] & TORTURE_KERNELS)
		return false;
	return IS_ENABLED(RUST_WINDOWS) || !(flags_of[event] & TORTURE_HELPER);
}

const char *torture_rare_missing(void)
{
	int event, side;

	for (event = 0; event < TORTURE_NR_EVENTS; event++) {
		if (!(flags_of[event] & TORTURE_RARE))
			continue;
		for (side = 0; side < TORTURE_SIDES; side++)
			if (is_seen(side, event) && !sum(side, event))
				return names[event];
	}
	return NULL;
}

void torture_print_stats(void)
{
	const unsigned int secs = (jiffies - get_torture_init_jiffies()) / HZ;
	char line[800];
	int event, len = 0;

	for (event = 0; event < TORTURE_NR_EVENTS; event++)
		len += scnprintf(line + len, sizeof(line) - len, " %s %lu+%lu", names[event],
				 sum(TORTURE_RUST, event), sum(TORTURE_C, event));
	pr_alert(TORTURE_TYPE TORTURE_FLAG " %u s, Rust+C:%s\n", secs, line);
}

void torture_print_table(void)
{
	char rust[24];
	int event;

	pr_alert(TORTURE_TYPE TORTURE_FLAG " | %-22s %10s %10s\n", "", "Rust", "C");
	for (event = 0; event < TORTURE_NR_EVENTS; event++) {
		scnprintf(rust, sizeof(rust), is_seen(TORTURE_RUST, event) ? "%lu" : "-",
			  sum(TORTURE_RUST, event));
		pr_alert(TORTURE_TYPE TORTURE_FLAG " | %-22s %10s %10lu\n", names[event], rust,
			 sum(TORTURE_C, event));
	}
}

/*
 * A writer that nobody wakes any more would keep the test from ending. Once that has been
 * said, it is woken. If readers are left that never go there is no help.
 */
static void report_stuck(struct torture_thread *t)
{
	unsigned int word;

	spin_lock(&t->lock);
	if (!t->mm) {
		torture_fail("%s made no step for %u s", t->task->comm, STUCK_SECS);
	} else {
		word = atomic_read(&t->vma->vm_refcnt.refs);
		torture_fail("%s waited for readers for %u s (vm_refcnt %#x)%s", t->task->comm,
			     STUCK_SECS, word,
			     word <= VM_REFCNT_EXCLUDE_READERS_FLAG + 1 ?
				     ": none is left, but no wakeup came" : "");
		rcuwait_wake_up(&t->mm->vma_writer_wait);
	}
	spin_unlock(&t->lock);
}

static bool is_stuck(struct torture_thread *t)
{
	const unsigned long steps = READ_ONCE(t->steps);

	if (t->task && steps == t->seen_steps)
		return time_after(jiffies, t->seen_jiffies + STUCK_SECS * HZ);
	t->seen_steps = steps;
	t->seen_jiffies = jiffies;
	return false;
}

/* One at a time, and who waits for readers first: others may be stuck behind it. */
void torture_watch(void)
{
	struct torture_thread *t, *stuck = NULL;
	unsigned int i;

	for (i = 0; i < torture_nr_threads; i++) {
		t = &torture_threads[i];
		if (is_stuck(t) && (!stuck || READ_ONCE(t->mm)))
			stuck = t;
	}
	if (!stuck)
		return;
	report_stuck(stuck);
	for (i = 0; i < torture_nr_threads; i++)
		torture_threads[i].seen_jiffies = jiffies;
}
