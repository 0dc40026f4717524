// SPDX-License-Identifier: GPL-2.0
/*
 * Which loads of a path decide what on it: the path is gone once more with the value of one load changed,
 * while all others of the path find what they found on it.
 *
 * What is then not done at all depends on that load by control; what goes to another object, by address; what
 * stores another value, by data. What is returned, or whether, decides what the caller does: by control. So these are
 * dependencies that no compiler can lose, because they are in what the code does. A condition that makes no
 * difference, or whose two branches do the same, is none.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <string.h>

/* What goes on longer goes round for ever. */
#define MAX_SEEN	(2 * PATH_STOPS)
#define MAX_VALUES	64
#define CALLERS		6

struct seen {
	const char *name, *word;
	const volatile void *addr;
	unsigned long after;
	uint64_t site;
	unsigned int kind;
};

/* What was done with the value changed, from there on. */
static struct seen seen[MAX_SEEN];
/* Of each of these the stop of the path that it is, or 0. */
static int matched[MAX_SEEN];

static bool alike(const struct seen *other, const struct path_stop *stop)
{
	return other->kind == stop->kind && other->word == stop->word &&
	       (other->name == stop->name || !strcmp(other->name, stop->name));
}

/* Where in the code a thread has stopped, as far as that can be told: who called whom, the last few. */
uint64_t dependencies_site(const struct thread_image *image)
{
	uintptr_t callers[CALLERS];
	const int n = cpu_callers(image, callers, CALLERS);
	uint64_t site = 0;

	for (int i = 0; i < n; i++)
		site = (site ^ callers[i]) * 0x100000001b3;
	return site;
}

/*
 * The stop of the path behind @last that a thread is at: the next one; when it has left the path, one in the same
 * place of the code. Where a compiler has made two of one place, the mmap lock is the only one of its kind: whether it is
 * to be had is not up to the thread.
 */
static int find(const struct path_stop *path, int n, int last, bool left, const struct seen *now)
{
	int only = 0, many = 0;

	if (!left && last + 1 < n && alike(now, &path[last + 1]))
		return last + 1;
	for (int i = last + 1; i < n; i++) {
		if (!alike(now, &path[i]))
			continue;
		if (path[i].site == now->site)
			return i;
		only = i;
		many++;
	}
	return !strncmp(now->name, "down_", 5) && many == 1 ? only : 0;
}

/* Everything at this stop is as on the path, wherever the thread looks. */
static void as_on(const struct path_stop *stop, const struct x_stop *here)
{
	if (stop->changed)
		x_supply(here, stop->value);
	x_poke(here->addr, here->size, stop->before);
}

/*
 * How many accesses it comes to; -1: a fault, which says nothing. *@ret: what is returned, if it comes to that. That
 * of number @other is taken for none of the path.
 */
static int run(const struct path_stop *path, int n, int at, unsigned long value, int other, char *memory, int *ret)
{
	const struct path_stop *const changed = &path[at];
	bool others = false, left = false;
	int count = 0, last = at;

	*ret = NO_RETURN;
	machine_load_world(changed->world);
	machine.thread[0] = changed->image;
	as_on(changed, &changed->image->self.stop);
	x_poke(changed->addr, changed->size, value);
	if (!machine_step(0, &memory))
		return -1;
	while (!machine.thread[0]->self.done && count < MAX_SEEN) {
		const struct x_stop stop = machine.thread[0]->self.stop;
		struct seen *now = &seen[count];
		unsigned int nr;
		int same;

		*now = (struct seen){ .name = stop.name, .addr = stop.addr, .kind = stop.kind };
		now->word = x_where(stop.addr, &nr);
		now->site = dependencies_site(machine.thread[0]);
		same = count == other ? 0 : find(path, n, last, left, now);
		left |= same != last + 1;
		matched[count] = same;
		if (same) {
			as_on(&path[same], &stop);
			last = same;
		}
		if (!machine_enabled())
			return count;
		if (!machine_step(0, &memory))
			return -1;
		now->after = x_peek(stop.addr, stop.size);
		if (same)
			x_poke(stop.addr, stop.size, path[same].after);
		/* An exchange that follows finds what the load found; from then on the others are at it again. */
		else if (!others && stop.addr == changed->addr && stop.kind != X_LOAD)
			x_poke(stop.addr, stop.size, changed->after);
		others |= stop.addr == changed->addr && stop.kind != X_LOAD;
		count++;
	}
	if (machine.thread[0]->self.done)
		*ret = machine.thread[0]->self.ret;
	return count;
}

/*
 * Which access was taken for one further on, although what lies between is done after all: another one in the same
 * place, where two calls of a function go the same way. -1: none.
 */
static int taken_wrongly(const struct path_stop *path, int at, int count)
{
	int last = at;

	for (int i = 0; i < count; i++) {
		if (!matched[i])
			continue;
		for (int j = last + 1; j < matched[i]; j++)
			for (int k = i + 1; k < count; k++)
				if (!matched[k] && path[j].site == seen[k].site && alike(&seen[k], &path[j]))
					return i;
		last = matched[i];
	}
	return -1;
}

/* Is it the same access? Certainly if it is in the same place; compilers may well have made two of one. */
static int likeness(const struct seen *other, const struct path_stop *stop)
{
	if (!alike(other, stop))
		return 0;
	return other->site == stop->site ? 3 : stop->kind != X_STORE || other->after == stop->after ? 2 : 0;
}

/* Which stops of the path are done as well: the most that both have in the same order. */
static void find_done(const struct path_stop *path, int n, int at, int count, bool *done)
{
	static short most[MAX_SEEN + 1][PATH_STOPS + 1];
	int i, j;

	for (i = count; i >= 0; i--) {
		for (j = n; j > at; j--) {
			const int like = i < count && j < n ? likeness(&seen[i], &path[j]) : 0;
			short *here = &most[i][j];

			*here = like ? most[i + 1][j + 1] + like : 0;
			if (i < count && most[i + 1][j] > *here)
				*here = most[i + 1][j];
			if (j < n && most[i][j + 1] > *here)
				*here = most[i][j + 1];
		}
	}
	for (i = 0, j = at + 1; i < count && j < n;) {
		if (most[i][j] == most[i][j + 1]) {
			j++;
		} else if (most[i][j] == most[i + 1][j]) {
			i++;
		} else {
			done[j++] = true;
			i++;
		}
	}
}

static void note(const struct path_stop *path, int n, int at, int count, unsigned char (*by)[PATH_STOPS])
{
	bool done[PATH_STOPS + 1] = { false };

	for (int i = 0; i < count; i++) {
		const struct path_stop *stop = &path[matched[i]];

		if (!matched[i])
			continue;
		done[matched[i]] = true;
		if (seen[i].addr != stop->addr)
			by[matched[i]][at] |= BY_ADDRESS;
		if (stop->kind != X_LOAD && seen[i].after != stop->after)
			by[matched[i]][at] |= BY_DATA;
	}
	/* Something else in between: the same may be done elsewhere in the code. */
	if (count != n - at - 1 || !done[n - 1])
		find_done(path, n, at, count, done);
	for (int i = at + 1; i < n; i++)
		if (!done[i])
			by[i][at] |= BY_CONTROL;
}

/* Values to ask with: also what others find on the path, which it may be compared with. */
static int others(const struct path_stop *path, int n, int at, unsigned long values[MAX_VALUES])
{
	int found;

	machine_load_world(path[at].world);
	as_on(&path[at], &path[at].image->self.stop);
	found = x_others(&path[at].image->self.stop, values);
	for (int i = 0; found && i < n; i++) {
		bool known = path[i].before == path[at].before;

		for (int j = 0; j < found && !known; j++)
			known = values[j] == path[i].before;
		if (!known && found < MAX_VALUES && path[i].size == 4 && path[at].size == 4)
			values[found++] = path[i].before;
	}
	return found;
}

void dependencies(const struct path_stop *path, int n, int ret, unsigned char (*by)[PATH_STOPS], char *memory)
{
	unsigned long values[MAX_VALUES];

	for (int at = 0; at < n; at++) {
		int count, now, other, tries = path[at].kind == X_STORE ? 0 : others(path, n, at, values);

		while (tries--) {
			count = run(path, n, at, values[tries], -1, memory, &now);
			other = count < 0 ? -1 : taken_wrongly(path, at, count);
			if (other >= 0)
				count = run(path, n, at, values[tries], other, memory, &now);
			if (count < 0)
				continue;
			note(path, n, at, count, by);
			if (ret != NO_RETURN && now != ret)
				by[n][at] |= BY_CONTROL;
		}
	}
}
