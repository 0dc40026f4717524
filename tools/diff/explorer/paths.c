// SPDX-License-Identifier: GPL-2.0
/*
 * All paths of each operation by itself (--paths FILE): one thread, and before any of its accesses
 * somebody else may change the word, to what supplies.c has for it, so many times in all.
 *
 * A line a path, items separated by ';': an access as WHAT,KIND,WORD,OF,BEFORE,AFTER, an event (fence,
 * rcu) as WHAT,EVENT. Then how it ended: "=RETURNED", "=sleeps", "=fault". Lines "#OPERATION" between.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MEMORY	(256ul << 20)
#define MAX_ITEMS	400
/* A path that is longer, or looks into the tree more often, goes round in a loop: the rest says nothing new. */
#define MAX_STOPS	120
#define MAX_LOOKS	3
#define TEXT		(64 * 1024)

struct item {
	const char *name, *detail;
	const volatile void *addr;
	unsigned long before, after;
	unsigned int kind;
};

static FILE *out;
static struct item items[MAX_ITEMS];
static int n_items, accessed, stops, looks;
static char *memory;
static uint64_t *known, n_known, room;

/* The access comes first, what it left is told later. */
void paths_trace(const char *name, const char *detail, long value)
{
	if (!name) {
		items[accessed].after = value;
		return;
	}
	if (n_items == MAX_ITEMS)
		x_cannot("has a path that is longer than there is room for", name);
	items[n_items] = (struct item){ .name = name, .detail = detail, .before = value };
	if (!detail[0]) {
		items[n_items].addr = x_self.stop.addr;
		items[n_items].kind = x_self.stop.kind;
		accessed = n_items;
	}
	n_items++;
}

static bool add(uint64_t hash)
{
	if (2 * n_known >= room) {
		uint64_t *old = known, had = room;

		room = room ? 2 * room : 1 << 14;
		known = calloc(room, sizeof(*known));
		if (!known)
			x_cannot("out of memory", "");
		n_known = 0;
		for (uint64_t i = 0; i < had; i++)
			if (old[i])
				add(old[i]);
		free(old);
	}
	for (uint64_t i = hash & (room - 1);; i = (i + 1) & (room - 1)) {
		if (known[i] == hash)
			return false;
		if (!known[i]) {
			known[i] = hash;
			n_known++;
			return true;
		}
	}
}

/* A pointer to what threads share is told by what it points to: elsewhere it is in another program. */
static int print_value(char *at, unsigned long value)
{
	unsigned int nr;
	int n;
	const struct x_extent *world = x_world_all(&n);
	const char *what;

	if (value - (unsigned long)world->at >= world->size)
		return sprintf(at, "%lu", value);
	what = x_where((const volatile void *)value, &nr);
	return sprintf(at, "%.*s %u", (int)strcspn(what, "_"), what, nr);
}

static void print_path(const char *end)
{
	static const char *const kinds[] = { [X_LOAD] = "load", [X_STORE] = "store", [X_RMW] = "rmw" };
	static char text[TEXT];
	uint64_t hash = 0xcbf29ce484222325;
	char *at = text;

	for (int i = 0; i < n_items && at < text + TEXT - 400; i++) {
		const struct item *item = &items[i];
		const char *word;
		unsigned int nr;

		if (item->detail[0]) {
			/* lockdep and warnings order nothing. */
			if (!strcmp(item->detail, "fence") || !strcmp(item->detail, "rcu"))
				at += sprintf(at, "%s,%s;", item->name, item->detail);
			continue;
		}
		word = x_where(item->addr, &nr);
		if (!strcmp(word, "maple_node") || !strcmp(word, "scene") || !strcmp(item->name, "begins"))
			continue;
		at += sprintf(at, "%s,%s,%s,%u,", item->name, kinds[item->kind], word, nr);
		at += print_value(at, item->before);
		*at++ = ',';
		at += print_value(at, item->after);
		*at++ = ';';
	}
	sprintf(at, "=%s", end);
	for (at = text; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
	if (add(hash | 1))
		fprintf(out, "%s\n", text);
}

static bool looks_into_tree(const struct x_stop *stop)
{
	unsigned int nr;

	return stop->addr && !strcmp(x_where(stop->addr, &nr), "mm_struct.mm_mt");
}

static void follow(int changes, int wakes);

/* One step, and all that can follow. */
static void step(int changes, int wakes)
{
	char *const bottom = memory;
	const int had = n_items, looked = looks;

	stops++;
	looks += looks_into_tree(&machine.thread[0]->self.stop);
	if (machine_step(0, &memory))
		follow(changes, wakes);
	else
		print_path("fault");
	stops--;
	looks = looked;
	n_items = had;
	memory = bottom;
}

static void follow(int changes, int wakes)
{
	static uint64_t world[MAX_STOPS + 1][MAX_WORLD / 8];
	const struct thread_image *image = machine.thread[0];
	unsigned long values[X_SUPPLIES];
	const int was_accessed = accessed;
	const int depth = stops;
	bool enabled;
	char end[24];
	int n;

	if (image->self.done) {
		snprintf(end, sizeof(end), "%d", image->self.ret);
		print_path(end);
		return;
	}
	if (stops == MAX_STOPS || looks > MAX_LOOKS)
		return;
	machine_save_world(world[depth]);
	enabled = machine_enabled();
	n = (enabled ? changes : wakes) ? x_supplies(&image->self, values) : 0;
	if (enabled)
		step(changes, wakes);
	else
		print_path("sleeps");
	for (int i = 0; i < n; i++) {
		machine_load_world(world[depth]);
		machine.thread[0] = image;
		accessed = was_accessed;
		x_supply(&image->self.stop, values[i]);
		/* To be woken, or to get a lock, is no change of what the thread looks at. */
		if (machine_enabled())
			step(changes - enabled, wakes - !enabled);
	}
	machine_load_world(world[depth]);
	machine.thread[0] = image;
}

static void from(const struct x_scene *scene, const void *side, int changes)
{
	n_items = stops = looks = 0;
	now_exploring = scene->name;
	machine_begin(scene, side, side, &memory);
	step(changes, X_WAKES);
}

void paths(const char *file, const void *side)
{
	static const struct x_scene lookups[] = {
		{ .name = "lock_vma_under_rcu", .roles = { "finder" }, .lookups = 1 },
		{ .name = "lock_next_vma", .roles = { "walker" }, .lookups = 1 },
	};
	const char *op;
	int n;

	out = fopen(file, "w");
	if (!out) {
		fprintf(stderr, "explorer: %s: %s\n", file, strerror(errno));
		exit(3);
	}
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		x_cannot("out of memory", "");
	x_tracing = X_PATHS;
	x_world_begin(&(struct x_scene){ .roles = { "alone" } }, side, side);
	for (int nr = 0; (n = x_alone_states(nr, &op)); nr++) {
		n_known = room = 0;
		if (n > 0)
			fprintf(out, "#%s\n", op);
		for (int i = 1; i <= n; i++) {
			const struct x_scene scene = { .name = op, .roles = { "alone" }, .planted = i };

			if (x_planted_for_path(i - 1))
				from(&scene, side, X_CHANGES);
		}
	}
	for (int i = 0; i < 2; i++) {
		struct x_scene scene = lookups[i];

		n_known = room = 0;
		fprintf(out, "#%s\n", scene.name);
		for (; scene.missing <= 3; scene.missing++)
			from(&scene, side, X_CHANGES);
		scene.missing = 0;
		scene.other_mm = 1;
		from(&scene, side, X_CHANGES);
	}
	x_tracing = 0;
	if (fclose(out)) {
		fprintf(stderr, "explorer: %s: %s\n", file, strerror(errno));
		exit(3);
	}
}
