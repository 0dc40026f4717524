// SPDX-License-Identifier: GPL-2.0
/*
 * How a schedule has ended, as a text that is compared.
 */
#include "engine.h"

#include <stdio.h>
#include <string.h>

static const char *const wrongs[X_NR_WRONG] = {
	[X_BOTH_IN] = "reader-and-writer-at-once",
	[X_READER_LEFT] = "detached-with-a-reader",
	[X_USED_UNPROTECTED] = "vma-used-unprotected",
	[X_USED_DROPPED] = "vma-used-after-last-put",
	[X_WRITTEN_REUSED] = "vma-written-without-lock",
	[X_MM_FREED] = "mm-used-after-free",
	[X_LOCKDEP_LATE] = "lockdep-late",
	[X_LOCKDEP_UNBALANCED] = "lockdep-unbalanced",
	[X_RCU_UNBALANCED] = "rcu-unbalanced",
	[X_NODE_FREED] = "node-used-after-free",
	[X_WRONG_VMA] = "wrong-vma-found",
	[X_TORN] = "torn-read",
	[X_MMAP_UNBALANCED] = "mmap-lock-unbalanced",
	[X_SEQUENCE] = "mmap-sequence-wrong",
	[X_FAULT] = "fault",
};

/* A thread's result; how it told lockdep: s a shared try, x exclusively, o otherwise, t for lock_stat. */
static void of_thread(const struct x_self *self, char *text, size_t size, const char *blocked)
{
	static const char ways[] = "sxot";
	char way[8];
	int n = 0;

	for (int i = 0; i < 4; i++)
		if (self->lockdep_ways & 1 << i)
			way[n++] = ways[i];
	way[n] = '\0';
	if (self->done)
		n = snprintf(text, size, "%d", self->ret);
	else
		n = snprintf(text, size, "%s", blocked);
	if (way[0])
		n += snprintf(text + n, size - n, ",lock=%s", way);
	if (self->subclass)
		n += snprintf(text + n, size - n, ",nested=%d", self->subclass);
	if (self->warns)
		n += snprintf(text + n, size - n, ",warns=%d", self->warns);
	if (self->done && self->lockdep)
		snprintf(text + n, size - n, ",lockdep=%+d", self->lockdep);
}

void outcome_text(char *text, size_t size, const char *blocked)
{
	char one[X_THREADS][64];
	const unsigned int wrong = x_wrong();
	unsigned int summary[4];
	int n;

	for (int i = 0; i < x_threads; i++)
		of_thread(&machine.thread[i]->self, one[i], sizeof(one[i]), blocked);
	/* Twins in the order of what became of them. */
	for (int i = 1; i < x_threads; i++)
		for (int j = i; j > 0 && machine_twins(j - 1, j) && strcmp(one[j - 1], one[j]) > 0; j--) {
			char swap[sizeof(one[0])];

			memcpy(swap, one[j], sizeof(swap));
			memcpy(one[j], one[j - 1], sizeof(swap));
			memcpy(one[j - 1], swap, sizeof(swap));
		}
	x_summary(summary);
	n = snprintf(text, size, "word=%08x", summary[0]);
	for (int i = 0; i < x_threads; i++)
		n += snprintf(text + n, size - n, " %d:%s", i, one[i]);
	if (summary[2] & 1)
		n += snprintf(text + n, size - n, " leaves-sequence-odd");
	if (summary[3])
		n += snprintf(text + n, size - n, " leaves-waiter");
	if (!strcmp(blocked, "fault"))
		n += snprintf(text + n, size - n, " wrong=fault");
	for (int i = 0; i < X_NR_WRONG && n < (int)size; i++)
		if (wrong & 1U << i)
			n += snprintf(text + n, size - n, " wrong=%s", wrongs[i]);
}
