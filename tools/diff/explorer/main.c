// SPDX-License-Identifier: GPL-2.0
/*
 * explorer --readers SIDE --writers SIDE --out FILE [--scenes WHICH] [--seed N] [--edges FILE] [--count WORD]
 *          [--paths FILE]
 *
 * Runs scenes with these two of the sides that are linked in; with a seed random rounds as well.
 * WHICH: "small", up to three threads, and each operation alone; "large", more threads; "full", up to
 * five threads in every way; "protocol", up to three threads, no lookups; or a name; default
 * none. --count: what the count of VMA 0 is at first. --edges: see edges.c. --paths: see paths.c,
 * of the writers' side. Exit code 0: FILE is
 * whole. 2: it cannot be explored, stderr says why.
 */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one scene, and of all; the unpatched protocol has less than a million, and three. */
#define MAX_STATES	3000000
#define MAX_ALL		40000000

static const void *side_named(const char *name)
{
	for (const struct linked_side *s = linked_sides; s->name; s++)
		if (!strcmp(s->name, name))
			return s->side;
	fprintf(stderr, "explorer: no side %s\n", name);
	exit(3);
}

static bool wanted(const struct x_scene *scene, const char *which)
{
	if (!strcmp(which, "small"))
		return !scene->roles[3];
	if (!strcmp(which, "large"))
		return scene->roles[3];
	if (!strcmp(which, "protocol"))
		return !scene->roles[3] && !scene->lookups;
	return !strcmp(which, "full") || !strcmp(which, scene->name);
}

static void run(const struct x_scene *scene, const void *readers, const void *writers)
{
	const struct limits limits = { .states = MAX_STATES, .preemptions = scene->preemptions };
	static uint64_t all;
	struct search s;

	now_exploring = scene->name;
	search(scene, readers, writers, &limits, &s);
	all += states_count();
	if (all > MAX_ALL)
		x_cannot("has too many states to explore", "");
	report_scene(scene, &s, readers, writers);
	free(s.outcome);
}

/* With another count to begin with. */
static void run_from(struct x_scene scene, const char *count, const void *readers, const void *writers)
{
	if (count)
		scene.count = strtoul(count, NULL, 0);
	run(&scene, readers, writers);
}

/* Each operation from each state that there is to begin it from. */
static void alone(const void *readers, const void *writers)
{
	const char *op;
	int n;

	for (int nr = 0; (n = x_alone_states(nr, &op)); nr++) {
		for (int i = 1; i <= n; i++) {
			struct x_scene scene = { .roles = { "alone" }, .planted = i };
			char name[80];

			snprintf(name, sizeof(name), "%s alone, state %d", op, i);
			scene.name = name;
			run(&scene, readers, writers);
		}
	}
}

int main(int argc, char **argv)
{
	const char *readers = NULL, *writers = NULL, *out = NULL, *which = "none", *seed = NULL;
	const char *edges = NULL, *count = NULL, *to = NULL;
	const struct x_scene *scenes;
	int n;

	for (int i = 1; i + 1 < argc; i += 2) {
		const char **option = !strcmp(argv[i], "--readers") ? &readers :
				      !strcmp(argv[i], "--writers") ? &writers :
				      !strcmp(argv[i], "--out") ? &out :
				      !strcmp(argv[i], "--scenes") ? &which :
				      !strcmp(argv[i], "--seed") ? &seed :
				      !strcmp(argv[i], "--edges") ? &edges :
				      !strcmp(argv[i], "--count") ? &count :
				      !strcmp(argv[i], "--paths") ? &to : NULL;

		if (!option)
			return 3;
		*option = argv[i + 1];
	}
	if (!readers || !writers || !out)
		return 3;
	machine_init();
	if (to)
		paths(to, side_named(writers));
	if (edges)
		edges_open(edges);
	report_begin(out, readers, writers);
	scenes = scenes_all(!strcmp(which, "full"), &n);
	for (int i = 0; i < n; i++)
		if (wanted(&scenes[i], which))
			run_from(scenes[i], count, side_named(readers), side_named(writers));
	if (!strcmp(which, "small") || !strcmp(which, "full"))
		alone(side_named(readers), side_named(writers));
	now_exploring = "random rounds";
	if (seed)
		rounds(strtoul(seed, NULL, 10), side_named(readers), side_named(writers));
	report_end();
	edges_close();
	return 0;
}
