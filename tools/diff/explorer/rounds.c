// SPDX-License-Identifier: GPL-2.0
/*
 * Random long schedules: each thread goes through many rounds, as a reader or a writer of some
 * kind, in an order that the seed alone decides.
 *
 * The order must be the same on each side, though one may look at a word once more than another. So
 * who is next depends on what changed, which is written down as well, and on where threads are
 * about to change something; not on how many looks they had.
 */
#include "engine.h"

#include <stdio.h>
#include <string.h>

#define RUNS		16
#define MAX_EVENTS	8000
/* So many steps, and nothing has changed: it waits for what another would have to do, in a loop. */
#define MAX_LOOKS	10000

static struct {
	unsigned long seed;
	unsigned int run, events, turns, looks;
	unsigned int seen[4];
	/* After how many events each thread was last left where it could have gone on. */
	unsigned int left[X_THREADS];
} r;

static uint32_t hash(uint64_t value)
{
	value *= 0x61c8864680b583eb;
	return value >> 32;
}

unsigned int x_draw(unsigned int what, unsigned int a, unsigned int b)
{
	const uint64_t start = (r.seed * 0x10001 + r.run) * 0x61c8864680b583eb;

	return hash(hash(hash(start ^ what) + ((uint64_t)a << 20)) + ((uint64_t)b << 7) + a);
}

void x_event(char what, unsigned int value)
{
	report_event(r.events++, x_current, what, value);
}

/* Nobody else has run since the thread went on, so what changed is its doing. */
static void note_changes(int thread)
{
	static const char names[] = "csmw";
	unsigned int now[4];
	int state = x_state_of(thread);

	x_summary(now);
	for (int i = 0; i < 4; i++)
		if (now[i] != r.seen[i])
			x_event(names[i], now[i]);
	if (machine.thread[thread]->self.stop.wait == X_SLEEP && state)
		x_event('z', state);
	memcpy(r.seen, now, sizeof(now));
}

/*
 * Before it changes something: there, and only there, a thread is left where it could go on. Once at
 * most before the next event. A side may look more often than another, but not change more.
 */
static bool leave(int thread)
{
	const struct x_stop *stop = &machine.thread[thread]->self.stop;
	unsigned int nr;
	const char *where = x_where(stop->addr, &nr);

	if (r.left[thread] == r.events + 1 || stop->kind == X_LOAD || x_draw('b', r.events, thread) % 3 ||
	    (strcmp(where, "scene") && strcmp(where, "task_struct.__state") &&
	     strcmp(where, "vm_area_struct.vm_refcnt") && strcmp(where, "mm_struct.vma_writer_wait")))
		return false;
	r.left[thread] = r.events + 1;
	return true;
}

static int next_thread(int last)
{
	const unsigned int mask = machine_enabled(), events = r.events;
	unsigned int rest = mask;

	if (last >= 0) {
		note_changes(last);
		r.looks = r.events == events ? r.looks + 1 : 0;
		if (r.looks > MAX_LOOKS)
			return -1;
		if (mask & 1U << last && !leave(last))
			return last;
		if (mask & ~(1U << last))
			rest = mask & ~(1U << last);
	}
	if (!rest || r.events > MAX_EVENTS)
		return -1;
	for (unsigned int skip = x_draw('t', r.events, r.turns++) % __builtin_popcount(rest); skip; skip--)
		rest &= rest - 1;
	return __builtin_ctz(rest);
}

static bool one_run(const struct x_scene *scene, const void *readers, const void *writers)
{
	static char images[1 << 20];
	char *memory = images;
	bool ok = true;
	int next = -1;

	machine_begin(scene, readers, writers, &memory);
	r.events = r.turns = r.looks = 0;
	memset(r.left, 0, sizeof(r.left));
	x_summary(r.seen);
	while (ok && (next = next_thread(next)) >= 0) {
		/* What is older than all threads' images is not needed any more. */
		if (memory > images + sizeof(images) / 2)
			memory = machine_move(images);
		ok = machine_step(next, &memory);
	}
	return ok;
}

void rounds(unsigned long seed, const void *readers, const void *writers)
{
	static const struct x_scene scene = { .name = "rounds", .roles = { "rounds", "rounds", "rounds" } };
	char text[240];
	bool ok;

	r.seed = seed;
	for (r.run = 0; r.run < RUNS; r.run++) {
		report_rounds_begin(seed);
		ok = one_run(&scene, readers, writers);
		outcome_text(text, sizeof(text), !ok ? "fault" :
			     r.events > MAX_EVENTS || r.looks > MAX_LOOKS ? "endless" : "blocked");
		report_rounds_end(text);
	}
}
