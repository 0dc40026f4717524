// SPDX-License-Identifier: GPL-2.0
/*
 * Every step that was taken, once: which role by which thread, from which image of the thread to which,
 * and what it did. A line of JSON each (--edges FILE), for whoever checks steps one by one.
 *
 * The image says all that a thread remembers; so these are all steps of all schedules.
 */
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
	const char *name, *detail;
	const volatile void *addr;
	unsigned long before, after;
	unsigned int kind;
};

static FILE *out;
static struct item items[32];
static int n_items, accessed;
static uint64_t from, *known, n_known, room;

void edges_open(const char *file)
{
	out = fopen(file, "w");
	if (!out) {
		fprintf(stderr, "explorer: %s: %s\n", file, strerror(errno));
		exit(3);
	}
	x_tracing = X_EDGES;
}

/* The access comes first, what it left is told later. */
void edges_trace(const char *name, const char *detail, long value)
{
	if (!name) {
		items[accessed].after = value;
		return;
	}
	if (n_items == sizeof(items) / sizeof(items[0]))
		x_cannot("does more in one step than is noted", name);
	items[n_items] = (struct item){ .name = name, .detail = detail, .before = value };
	if (!detail[0]) {
		items[n_items].addr = x_self.stop.addr;
		items[n_items].kind = x_self.stop.kind;
		accessed = n_items;
	}
	n_items++;
}

void edges_before(int thread)
{
	from = machine.thread[thread]->hash;
	if (!strcmp(machine.thread[thread]->self.stop.name, "begins"))
		from = 0;
	n_items = 0;
}

static bool add(uint64_t hash)
{
	if (2 * n_known >= room) {
		const uint64_t *old = known, had = room;

		room = room ? 2 * room : 1 << 16;
		known = calloc(room, sizeof(*known));
		if (!known)
			x_cannot("out of memory", "");
		n_known = 0;
		for (uint64_t i = 0; i < had; i++)
			if (old[i])
				add(old[i]);
		free((void *)old);
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

/* A pointer to an mm or a task is told by its number. */
static void print_value(const char *name, const char *word, unsigned long value)
{
	unsigned int nr;

	fprintf(out, ", \"%s\": ", name);
	if (!value || (!strstr(word, "vm_mm") && !strstr(word, "vma_writer_wait"))) {
		fprintf(out, "%lu", value);
		return;
	}
	word = x_where((const volatile void *)value, &nr);
	fprintf(out, "\"%.*s %u\"", (int)strcspn(word, "_"), word, nr);
}

static void print_item(const struct item *item)
{
	static const char *const kinds[] = { [X_LOAD] = "load", [X_STORE] = "store", [X_RMW] = "rmw" };
	const char *word;
	unsigned int nr;

	fprintf(out, "{\"what\": \"%s\"", item->name);
	if (item->detail[0]) {
		fprintf(out, ", \"event\": \"%s\", \"value\": %ld}", item->detail, (long)item->before);
		return;
	}
	word = x_where(item->addr, &nr);
	fprintf(out, ", \"kind\": \"%s\", \"word\": \"%s\", \"of\": %u", kinds[item->kind], word, nr);
	print_value("before", word, item->before);
	print_value("after", word, item->after);
	fprintf(out, "}");
}

void edges_after(const struct x_scene *scene, int thread)
{
	const uint64_t to = machine.thread[thread]->hash;
	uint64_t hash = from ^ to * 0x9e3779b97f4a7c15 ^ (thread + 1) * 0xe7037ed1a0b428db;

	for (int i = 0; i < n_items; i++) {
		const uint64_t parts[] = { (uintptr_t)items[i].name, (uintptr_t)items[i].addr, items[i].before,
					   items[i].after };

		for (int j = 0; j < 4; j++)
			hash = (hash ^ parts[j]) * 0x9fb21c651e98df25 + (hash >> 29);
	}
	for (const char *role = scene->roles[thread]; *role; role++)
		hash = (hash ^ (unsigned char)*role) * 0x100000001b3 + (hash >> 31);
	if (!add(hash | 1))
		return;
	fprintf(out, "{\"role\": \"%s\", \"thread\": %d, \"from\": \"%lx\", \"to\": \"%lx\", \"scene\": \"%s\", \"did\": [",
		scene->roles[thread], thread, from, to, scene->name);
	for (int i = 0; i < n_items; i++) {
		fprintf(out, "%s", i ? ", " : "");
		print_item(&items[i]);
	}
	fprintf(out, "]}\n");
}

void edges_close(void)
{
	if (out && fclose(out)) {
		fprintf(stderr, "explorer: the steps: %s\n", strerror(errno));
		exit(3);
	}
}
