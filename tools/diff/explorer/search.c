// SPDX-License-Identifier: GPL-2.0
/*
 * All orders in which the threads of a scene can take their steps; where these are too many, all in
 * which a thread is preempted at most so many times.
 *
 * Depth first, from state to state. Where it comes to one that has been seen, what can follow is
 * known. A state is all that threads share, and each thread's stack and what else is its own: no
 * two states are taken for one that can go on differently. States from which no end can be reached
 * any more are found as the strongly connected ones without a way out (Tarjan).
 */
#define _GNU_SOURCE
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define MEMORY		(4ul << 30)
#define MAX_OUTCOMES	400

/* A state on the path that is being followed. */
struct node {
	const struct thread_image *thread[X_THREADS];
	/* Where its images and what follows may be forgotten. */
	char *memory;
	uint32_t number, low;
	/* Threads that have not had the next turn from here; who has it now, who had it before. */
	uint8_t rest, chosen, last, preemptions;
	/* There is a way out of the states that can reach each other. */
	bool way_out;
	uint64_t world[];
};

static struct node *path[MAX_DEPTH];
static char *memory, *limit;
static uint32_t *open_states;	/* Tarjan's stack */
static uint32_t opened;
static uint8_t *closed;
static size_t closed_size;
static struct search *result;
static const struct limits *bounds;
static int depth;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void note_outcome(const char *blocked)
{
	char text[sizeof(result->outcome[0].text)];
	struct outcome *o;

	outcome_text(text, sizeof(text), blocked);
	for (int i = 0; i < result->outcomes; i++)
		if (!strcmp(result->outcome[i].text, text))
			return;
	if (result->outcomes == MAX_OUTCOMES) {
		result->complete = false;
		return;
	}
	if (!(result->outcomes & (result->outcomes - 1)))
		result->outcome = realloc(result->outcome, 2 * (result->outcomes + 1) * sizeof(*o));
	o = &result->outcome[result->outcomes++];
	strcpy(o->text, text);
	for (int i = 0; i < depth; i++)
		o->order[i] = '0' + path[i]->chosen;
	o->order[depth] = '\0';
}

static void close_state(uint32_t number)
{
	if (number >= closed_size) {
		const size_t larger = 2 * (size_t)number + 4096;

		closed = realloc(closed, larger);
		open_states = realloc(open_states, larger * sizeof(*open_states));
		if (!closed || !open_states)
			x_cannot("out of memory", "");
		memset(closed + closed_size, 0, larger - closed_size);
		closed_size = larger;
	}
	closed[number] = 1;
}

/* The state that the machine is in, on the path. */
static struct node *push(uint32_t number, unsigned int enabled, int last, int preemptions, const void *world)
{
	struct node *node = (void *)(((uintptr_t)memory + 15) & ~15UL);
	const size_t size = machine_world_size();

	if (depth == MAX_DEPTH)
		return NULL;
	memcpy(node->thread, machine.thread, sizeof(node->thread));
	memcpy(node->world, world, size);
	node->number = node->low = number;
	node->rest = enabled;
	node->last = last;
	node->preemptions = preemptions;
	node->way_out = false;
	memory = (char *)node->world + size;
	node->memory = memory;
	if (memory > limit)
		x_cannot("out of memory", "");
	/* Room for it. */
	if (number >= closed_size) {
		close_state(number);
		closed[number] = 0;
	}
	open_states[opened++] = number;
	path[depth++] = node;
	return node;
}

static void load(const struct node *node)
{
	memcpy(machine.thread, node->thread, sizeof(node->thread));
	machine_load_world(node->world);
	memory = node->memory;
}

/* All from here has been followed. */
static void pop(void)
{
	const struct node *node = path[--depth];
	struct node *parent = depth ? path[depth - 1] : NULL;

	if (node->low == node->number) {
		if (!node->way_out && !bounds->preemptions) {
			load(node);
			note_outcome("endless");
		}
		do
			close_state(open_states[--opened]);
		while (open_states[opened] != node->number);
		if (parent)
			parent->way_out = true;
	} else {
		if (node->low < parent->low)
			parent->low = node->low;
		parent->way_out |= node->way_out;
	}
}

/* Whoever had the last turn goes on first, if that is possible. */
static int choose(struct node *node)
{
	const int next = node->rest & 1 << node->last ? node->last : __builtin_ctz(node->rest);

	node->rest &= ~(1 << next);
	node->chosen = next;
	return next;
}

static uint64_t hash_now(const void *world, int last, int preemptions)
{
	const uint64_t hash = machine_hash(world);

	/* How many preemptions are left matters where they are counted, and of whom. */
	return bounds->preemptions ? hash + (8 * preemptions + last + 1) * 0x9e3779b97f4a7c15 : hash;
}

/* One step from the last state of the path. */
static void advance(struct node *node, bool *fresh)
{
	static uint64_t world[MAX_WORLD / 8];
	const bool could_go_on = node->rest & 1 << node->last || node->chosen == node->last;
	int next, preemptions;
	unsigned int enabled;
	uint32_t number;
	bool seen;

	next = choose(node);
	preemptions = node->preemptions + (bounds->preemptions && could_go_on && next != node->last && depth > 1);
	if (bounds->preemptions && preemptions > bounds->preemptions)
		return;
	if (!*fresh)
		load(node);
	*fresh = false;
	result->steps++;
	if (!machine_step(next, &memory)) {
		note_outcome("fault");
		node->way_out = true;
		return;
	}
	machine_save_world(world);
	number = states_add(hash_now(world, next, preemptions), &seen);
	if (seen) {
		if (number < closed_size && closed[number])
			node->way_out = true;
		else if (number < node->low)
			node->low = number;
		return;
	}
	enabled = machine_enabled();
	if (!enabled) {
		result->ends++;
		note_outcome("blocked");
		close_state(number);
		node->way_out = true;
		return;
	}
	if (!push(number, enabled, next, preemptions, world)) {
		result->complete = false;
		close_state(number);
		node->way_out = true;
		return;
	}
	if (depth > result->depth)
		result->depth = depth;
	*fresh = true;
}

void search(const struct x_scene *scene, const void *readers, const void *writers,
	    const struct limits *limits, struct search *out)
{
	static uint64_t world[MAX_WORLD / 8];
	const double began = now();
	bool seen, fresh = true;
	double told = began;

	if (!limit) {
		memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			      -1, 0);
		if (memory == MAP_FAILED)
			x_cannot("out of memory", "");
		limit = memory + MEMORY - (1 << 20);
	}
	char *const bottom = memory;

	bounds = limits;
	result = out;
	*result = (struct search){ .complete = true };
	states_clear();
	if (closed)
		memset(closed, 0, closed_size);
	opened = depth = 0;
	machine_begin(scene, readers, writers, &memory);
	memset(world, 0, sizeof(world));
	machine_save_world(world);
	push(states_add(hash_now(world, 0, 0), &seen), machine_enabled(), 0, 0, world);
	while (depth) {
		struct node *node = path[depth - 1];

		if (!node->rest) {
			pop();
			fresh = false;
			continue;
		}
		advance(node, &fresh);
		if (!(result->steps & 0xfff) && now() - told > 1) {
			told = now();
			progress(scene->name, states_count(), result->steps, depth);
		}
		if (states_count() > limits->states) {
			result->complete = false;
			break;
		}
	}
	memory = bottom;
	result->seconds = now() - began;
}

void replay(const struct x_scene *scene, const void *readers, const void *writers,
	    const char *order)
{
	char *const bottom = memory;

	machine_begin(scene, readers, writers, &memory);
	for (; *order; order++)
		if (!machine_step(*order - '0', &memory))
			break;
	memory = bottom;
}
