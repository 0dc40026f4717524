// SPDX-License-Identifier: GPL-2.0
/*
 * What others may have put where a thread is about to look, for paths.c: of each word the values that
 * the protocol tells apart. What the caller's locks keep from changing stays.
 */
#include "world.h"

#define FLAG	VM_REFCNT_EXCLUDE_READERS_FLAG

static const u32 counts[] = { 0, 1, 2, 3, VM_REFCNT_LIMIT, FLAG, FLAG + 1, FLAG + 2, REFCOUNT_SATURATED };

static int fill(unsigned long values[X_SUPPLIES], unsigned long was, int n, const unsigned long *from)
{
	int found = 0;

	for (int i = 0; i < n; i++)
		if (from[i] != was)
			values[found++] = from[i];
	return found;
}

#define FILL(...)							\
({									\
	const unsigned long all[] = { __VA_ARGS__ };			\
									\
	fill(values, x_peek(stop->addr, stop->size), ARRAY_SIZE(all), all); \
})

/* The values other than its own that the word which the thread stopped before may have. */
int x_supplies(const struct x_self *self, unsigned long values[X_SUPPLIES])
{
	const struct x_stop *stop = &self->stop;
	unsigned int nr;
	const char *word = x_where(stop->addr, &nr);
	const bool owns = self->mmap[0] == X_WRITE_LOCK;
	const struct mm_struct *mm = x_mm(0);

	if (!strcmp(stop->name, "begins"))
		return 0;
	if (stop->wait == X_SLEEP)
		return FILL(TASK_RUNNING);
	if (stop->wait != X_RUN)
		return stop->killable ? FILL(X_RWSEM_FREE, X_KILL) : FILL(X_RWSEM_FREE);
	if (!strcmp(word, "vm_area_struct.vm_refcnt")) {
		int n = 0;

		for (int i = 0; i < ARRAY_SIZE(counts); i++)
			if (counts[i] != (u32)x_peek(stop->addr, 4))
				values[n++] = counts[i];
		return n;
	}
	if (!strcmp(word, "vm_area_struct.vm_lock_seq") && !owns)
		return FILL(mm->mm_lock_seq.sequence, 3);
	if (!strcmp(word, "mm_struct.mm_lock_seq") && !owns)
		return FILL(x_world.vma[0].vm_lock_seq, 5, 6);
	if (!strcmp(word, "vm_area_struct.vm_end"))
		return FILL(VMA_LOCK_DIFF_ADDRESS);
	if (!strcmp(word, "vm_area_struct.vm_start"))
		return FILL(VMA_LOCK_DIFF_ADDRESS + PAGE_SIZE);
	if (!strcmp(word, "mm_struct.mm_count"))
		return FILL(1, 2);
	if (!strcmp(word, "mm_struct.vma_writer_wait") && stop->kind == X_LOAD && !owns)
		return FILL(0, (unsigned long)&x_world.task[0]);
	if (!strcmp(word, "mm_struct.mmap_lock") && !owns && stop->kind == X_RMW)
		return FILL(X_RWSEM_FREE, X_RWSEM_WRITTEN);
	if (!strcmp(word, "task_struct.thread_info.flags"))
		return FILL(X_KILL);
	return 0;
}

/* Lets others put it there. */
void x_supply(const struct x_stop *stop, unsigned long value)
{
	if (value == X_KILL) {
		x_kill(0);
		/* That ends the wait for a lock that is not to be had. */
		if (stop->wait == X_RUN)
			return;
		value = X_RWSEM_WRITTEN;
	}
	x_poke(stop->addr, stop->size, value);
}

/* The mmap lock and the tree are trusted: what depends on them is not asked. */
static bool trusted(const struct x_stop *stop)
{
	unsigned int nr;
	const char *word = x_where(stop->addr, &nr);

	return stop->wait != X_RUN || !strcmp(stop->name, "begins") || !strcmp(word, "scene") ||
	       !strcmp(word, "maple_node") || !strcmp(word, "mm_struct.mm_mt") || !strcmp(word, "mm_struct.mmap_lock");
}

/* Values other than the one that is there: of pointers to other objects, of counts what the protocol tells apart. */
int x_others(const struct x_stop *stop, unsigned long values[X_OTHERS])
{
	const unsigned long mask = stop->size < 8 ? (1ul << 8 * stop->size) - 1 : ~0ul;
	const unsigned long was = x_peek(stop->addr, stop->size);
	unsigned int nr;
	int n = 0;

	if (trusted(stop))
		return 0;
	if (!strcmp(x_where(stop->addr, &nr), "vm_area_struct.vm_mm")) {
		for (int i = 0; i < X_MMS; i++)
			values[n++] = (unsigned long)x_mm(i);
	} else if (!strcmp(x_where(stop->addr, &nr), "mm_struct.vma_writer_wait")) {
		values[n++] = 0;
		for (int i = 0; i < 2; i++)
			values[n++] = (unsigned long)&x_world.task[i];
	} else {
		for (int i = 0; i < ARRAY_SIZE(counts); i++)
			values[n++] = counts[i];
		for (int i = -2; i <= 2; i++)
			values[n++] = (was + i) & mask;
		values[n++] = ~was & mask;
		values[n++] = x_world.vma[0].vm_lock_seq;
		values[n++] = x_mm(0)->mm_lock_seq.sequence;
	}
	for (int i = 0; i < n; i++)
		if (values[i] == was)
			values[i--] = values[--n];
	return n;
}
