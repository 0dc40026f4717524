// SPDX-License-Identifier: GPL-2.0
/*
 * All paths of each operation by itself (--paths FILE): one thread, and before any of its accesses
 * somebody else may change the word, to what supplies.c has for it, so many times in all.
 *
 * A line a path, items separated by ';': an access as WHAT,KIND,WORD,OF,BEFORE,AFTER,DEPENDS, an event (fence,
 * rcu) as WHAT,EVENT. Then how it ended: "=RETURNED,DEPENDS", "=sleeps,", "=fault,". DEPENDS: on which accesses of
 * the line, counted from 0, by control, address, data: "c0a2d2". Lines "#OPERATION" between.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY	(256ul << 20)
#define MAX_ITEMS	400
/* A path that is longer, or looks into the tree more often, goes round in a loop: the rest says nothing new. */
#define MAX_STOPS	PATH_STOPS
#define MAX_LOOKS	3
#define TEXT		(64 * 1024)

struct item {
	const char *name, *detail;
	const volatile void *addr;
	unsigned long before, after;
	unsigned int kind;
	int stop;
};

/* How to go a path once more: where somebody else changed what. Without an end: operation @nr begins. */
struct recipe {
	struct x_scene scene;
	int nr;
	/* The same for all that differ in values alone. */
	uint64_t kind;
	char end[24];
	int changes;
	struct {
		int at;
		unsigned long value;
	} change[X_CHANGES + X_WAKES];
};

static struct recipe now, *recipes;
static int n_recipes;
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
		items[n_items].stop = stops - 1;
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

/* Of accesses that are printed the number, in the line; else -1. */
static int number[MAX_STOPS];

static int print_dependencies(char *at, const unsigned char *by)
{
	static const char names[] = { [BY_CONTROL] = 'c', [BY_ADDRESS] = 'a', [BY_DATA] = 'd' };
	char *const begin = at;

	for (int i = 0; by && i < MAX_STOPS; i++)
		for (int how = 1; how <= BY_DATA; how *= 2)
			if (by[i] & how && number[i] >= 0)
				at += sprintf(at, "%c%d", names[how], number[i]);
	return at - begin;
}

/* The line of the path that was gone last; with what each of its stops depends on, if that is known. */
static const char *line(const char *end, unsigned char (*by)[PATH_STOPS])
{
	static const char *const kinds[] = { [X_LOAD] = "load", [X_STORE] = "store", [X_RMW] = "rmw" };
	static char text[TEXT];
	char *at = text;
	int n = 0;

	memset(number, -1, sizeof(number));
	for (int i = 0; i < n_items && at < text + TEXT - 1000; i++) {
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
		number[item->stop] = n++;
		at += sprintf(at, "%s,%s,%s,%u,", item->name, kinds[item->kind], word, nr);
		at += print_value(at, item->before);
		*at++ = ',';
		at += print_value(at, item->after);
		*at++ = ',';
		at += print_dependencies(at, by ? by[item->stop] : NULL);
		*at++ = ';';
	}
	at += sprintf(at, "=%s,", end);
	at += print_dependencies(at, by ? by[stops] : NULL);
	*at = 0;
	return text;
}

static void keep(const struct recipe *recipe)
{
	if (!(n_recipes & (n_recipes - 1)))
		recipes = realloc(recipes, (n_recipes ? 2 * n_recipes : 1) * sizeof(*recipes));
	if (!recipes)
		x_cannot("out of memory", "");
	recipes[n_recipes++] = *recipe;
}

static uint64_t hash_of(const char *text, uint64_t hash)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

static void end_path(const char *end)
{
	const uint64_t seed = 0xcbf29ce484222325;
	unsigned int nr;

	if (!add(hash_of(line(end, NULL), seed) | 1))
		return;
	now.kind = hash_of(end, seed + stops);
	for (int i = 0; i < n_items; i++) {
		now.kind = hash_of(items[i].name, now.kind + items[i].stop);
		if (!items[i].detail[0]) {
			now.kind = hash_of(x_where(items[i].addr, &nr), now.kind);
			now.kind += 2 * nr + (items[i].before == items[i].after);
		}
	}
	strcpy(now.end, end);
	keep(&now);
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
		end_path("fault");
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
		end_path(end);
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
		end_path("sleeps");
	for (int i = 0; i < n; i++) {
		machine_load_world(world[depth]);
		machine.thread[0] = image;
		accessed = was_accessed;
		x_supply(&image->self.stop, values[i]);
		now.change[now.changes].at = depth;
		now.change[now.changes++].value = values[i];
		/* To be woken, or to get a lock, is no change of what the thread looks at. */
		if (machine_enabled())
			step(changes - enabled, wakes - !enabled);
		now.changes--;
	}
	machine_load_world(world[depth]);
	machine.thread[0] = image;
}

static void from(const struct x_scene *scene, const void *side, int changes)
{
	n_items = stops = looks = 0;
	now_exploring = scene->name;
	now = (struct recipe){ .scene = *scene };
	machine_begin(scene, side, side, &memory);
	step(changes, X_WAKES);
}

/* The same path again; returns how many stops it has. */
static int again(const struct recipe *recipe, const void *side, struct path_stop *path)
{
	int change = 0;

	n_items = stops = 0;
	now_exploring = recipe->scene.name;
	machine_begin(&recipe->scene, side, side, &memory);
	for (;; stops++) {
		const struct thread_image *image = machine.thread[0];
		const struct x_stop *stop = &image->self.stop;
		struct path_stop *here = &path[stops];
		unsigned int nr;

		memset(here, 0, sizeof(*here));
		if (image->self.done)
			return stops;
		machine_save_world(here->world);
		here->image = image;
		here->site = dependencies_site(image);
		here->name = stop->name;
		here->addr = stop->addr;
		here->word = x_where(stop->addr, &nr);
		here->size = stop->size;
		here->kind = stop->addr ? stop->kind : X_STORE;
		if (change < recipe->changes && recipe->change[change].at == stops) {
			here->changed = true;
			here->value = recipe->change[change++].value;
			x_supply(stop, here->value);
		}
		here->before = x_peek(here->addr, here->size);
		if (!machine_enabled())
			return stops;
		/* As in step(). */
		stops++;
		if (!machine_step(0, &memory))
			return stops;
		stops--;
		here->after = x_peek(here->addr, here->size);
	}
}

/* What is found from a few paths of one kind holds for all of it. */
#define FEW	2
struct kind {
	uint64_t kind;
	int asked;
	unsigned char (*by)[PATH_STOPS];
};

static struct kind *kind_of(uint64_t kind, int length)
{
	static struct kind *kinds;
	static int n;

	for (int i = n; i--;)
		if (kinds[i].kind == kind)
			return &kinds[i];
	kinds = realloc(kinds, (n + 1) * sizeof(*kinds));
	if (!kinds)
		x_cannot("out of memory", "");
	kinds[n] = (struct kind){ .kind = kind, .by = calloc(length + 1, PATH_STOPS) };
	if (!kinds[n].by)
		x_cannot("out of memory", "");
	return &kinds[n++];
}

/* Goes all paths once more: to ask, or to write them down. */
static void go_again(const void *side, bool ask)
{
	static struct path_stop path[MAX_STOPS + 1];
	char *const bottom = memory;

	for (int i = 0; i < n_recipes; i++, memory = bottom) {
		const struct recipe *recipe = &recipes[i];
		struct kind *kind;
		int n;

		if (!recipe->end[0]) {
			x_alone_states(recipe->nr, &(const char *){ NULL });
			if (!ask)
				fprintf(out, "#%s\n", recipe->scene.name);
			continue;
		}
		x_tracing = X_PATHS;
		n = again(recipe, side, path);
		x_tracing = 0;
		kind = kind_of(recipe->kind, n);
		if (!ask) {
			fprintf(out, "%s\n", line(recipe->end, kind->by));
		} else if (kind->asked++ < FEW) {
			const struct x_self *self = &machine.thread[0]->self;

			dependencies(path, n, self->done ? self->ret : NO_RETURN, kind->by, memory);
		}
	}
}

/*
 * In a process of its own: what runs there is on no path, so it must not count as executed.
 */
static void write_down(const char *file, const void *side)
{
	int status;
	pid_t child = fork();

	if (child < 0 || (child && waitpid(child, &status, 0) < 0)) {
		fprintf(stderr, "explorer: %s\n", strerror(errno));
		exit(3);
	}
	if (!child) {
		machine_init();
		go_again(side, true);
		go_again(side, false);
		if (fclose(out)) {
			fprintf(stderr, "explorer: %s: %s\n", file, strerror(errno));
			_exit(3);
		}
		_exit(0);
	}
	if (status)
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
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
			keep(&(struct recipe){ .scene.name = op, .nr = nr });
		for (int i = 1; i <= n; i++) {
			const struct x_scene scene = { .name = op, .roles = { "alone" }, .planted = i };

			if (x_planted_for_path(i - 1))
				from(&scene, side, X_CHANGES);
		}
	}
	for (int i = 0; i < 2; i++) {
		struct x_scene scene = lookups[i];

		n_known = room = 0;
		keep(&(struct recipe){ .scene.name = scene.name });
		for (; scene.missing <= 3; scene.missing++)
			from(&scene, side, X_CHANGES);
		scene.missing = 0;
		scene.other_mm = 1;
		from(&scene, side, X_CHANGES);
	}
	x_tracing = 0;
	write_down(file, side);
	fclose(out);
}
