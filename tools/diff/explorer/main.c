// SPDX-License-Identifier: GPL-2.0
/*
 * explorer --readers SIDE --writers SIDE --out FILE [--seed N] [--scene NAME] [--full]
 *
 * Runs the scenes with these two of the sides that are linked in. Exit code 0: FILE is whole.
 */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STATES	3000000

static const void *side_named(const char *name)
{
	for (const struct linked_side *s = linked_sides; s->name; s++)
		if (!strcmp(s->name, name))
			return s->side;
	fprintf(stderr, "explorer: no side %s\n", name);
	exit(3);
}

static void run(const struct x_scene *scene, const void *readers, const void *writers)
{
	const struct limits limits = { .states = MAX_STATES, .preemptions = scene->preemptions };
	struct search s;

	now_exploring = scene->name;
	search(scene, readers, writers, 0, &limits, &s);
	report_scene(scene, &s, readers, writers, 0);
	free(s.outcome);
}

int main(int argc, char **argv)
{
	const char *readers = NULL, *writers = NULL, *out = NULL, *only = NULL;
	const struct x_scene *scenes;
	bool full = false;
	unsigned long seed = 1;
	int n;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--full"))
			full = true;
		else if (i + 1 == argc)
			return 3;
		else if (!strcmp(argv[i], "--readers"))
			readers = argv[++i];
		else if (!strcmp(argv[i], "--writers"))
			writers = argv[++i];
		else if (!strcmp(argv[i], "--out"))
			out = argv[++i];
		else if (!strcmp(argv[i], "--seed"))
			seed = strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--scene"))
			only = argv[++i];
		else
			return 3;
	}
	if (!readers || !writers || !out)
		return 3;
	machine_init();
	report_begin(out, readers, writers);
	scenes = scenes_all(full, &n);
	for (int i = 0; i < n; i++)
		if (!only || !strcmp(only, scenes[i].name))
			run(&scenes[i], side_named(readers), side_named(writers));
	if (!only || !strcmp(only, "rounds"))
		rounds(seed, side_named(readers), side_named(writers));
	report_end();
	return 0;
}
