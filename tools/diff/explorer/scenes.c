// SPDX-License-Identifier: GPL-2.0
/*
 * Who comes together: all pairs and triples of roles, and larger scenes by name.
 */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A signal is for a killable one, and alone it does nothing. */
static const char *const roles[] = {
	"reader", "reader-locked", "reader-trying", "reader-killable", "reader-speculating", "writer",
	"killable-writer", "killable-locker", "downgrader", "detacher", "attacher", "reuser", "sigkill",
};
#define ROLES	((int)(sizeof(roles) / sizeof(roles[0])))

static const struct x_scene larger[] = {
	{ .roles = { "reader", "reader", "reader", "writer" } },
	{ .roles = { "reader", "reader", "reader", "detacher" } },
	{ .roles = { "reader", "reader", "reader", "killable-writer", "sigkill" } },
	{ .roles = { "reader", "reader", "reader", "reader", "writer" } },
	{ .roles = { "reader", "reader", "reader", "reader", "detacher" } },
	{ .roles = { "reader", "reader", "writer", "detacher" } },
	{ .roles = { "reader", "killable-writer", "signal" } },
	{ .roles = { "reader", "reader", "detacher", "reuser" } },
	{ .roles = { "reader", "writer", "detacher", "attacher" } },
	{ .roles = { "reader-asserting", "writer" } },
	{ .roles = { "reader-asserting", "detacher" } },
};

/* Lookups beside who changes the tree. None where the whole tree is emptied under a walker. */
static const struct x_scene lookups[] = {
	{ .roles = { "finder", "unmapper" } },
	{ .roles = { "finder", "replacer" } },
	{ .roles = { "finder", "splitter" } },
	{ .roles = { "finder", "merger" } },
	{ .roles = { "finder", "mover" } },
	{ .roles = { "finder", "mapper" } },
	{ .roles = { "finder", "emptier" } },
	{ .roles = { "walker", "unmapper" } },
	{ .roles = { "walker", "replacer" } },
	{ .roles = { "walker", "splitter" } },
	{ .roles = { "walker", "merger" } },
	{ .roles = { "walker", "mover" } },
	{ .roles = { "walker", "mapper" } },
	{ .roles = { "finder", "finder", "replacer" } },
	{ .roles = { "finder", "walker", "replacer" } },
	{ .roles = { "finder", "unmapper", "mapper" } },
	{ .roles = { "walker", "unmapper", "mapper" } },
	{ .roles = { "walker", "mover", "mapper" } },
	{ .roles = { "finder", "lowerer" } },
	{ .roles = { "walker", "lowerer" } },
	{ .roles = { "finder" }, .limit = 1 },
	{ .roles = { "walker" }, .limit = 1 },
	{ .roles = { "finder" }, .missing = 3 },
	{ .roles = { "walker" }, .missing = 3 },
	{ .roles = { "walker", "lowerer" }, .missing = 2 },
	{ .roles = { "killable-walker", "replacer", "sigkill" } },
};

static struct x_scene *scenes;
static int n_scenes;

static int count(const struct x_scene *scene, const char *part)
{
	int n = 0;

	for (int i = 0; i < X_THREADS && scene->roles[i]; i++)
		n += !!strstr(scene->roles[i], part);
	return n;
}

static void add(struct x_scene scene)
{
	char name[200] = "";

	if (count(&scene, "sigkill") && (!count(&scene, "killable") || count(&scene, "sigkill") > 1))
		return;
	/* There is one VMA to be had, and who gets it waits until it does. */
	if (count(&scene, "reuser") && count(&scene, "reuser") + count(&scene, "attacher") > 1)
		return;
	for (int i = 0; i < X_THREADS && scene.roles[i]; i++) {
		strcat(name, i ? "+" : "");
		strcat(name, scene.roles[i]);
	}
	strcat(name, scene.limit ? "-at-the-limit" : "");
	strcat(name, scene.missing == 3 ? "-in-an-empty-tree" : scene.missing ? "-with-nothing-behind" : "");
	scene.name = strdup(name);
	/* Somebody wants a detached one, and nobody makes it. */
	scene.detached = !count(&scene, "detacher") && count(&scene, "attacher") + count(&scene, "reuser");
	scenes = realloc(scenes, (n_scenes + 1) * sizeof(scene));
	scenes[n_scenes++] = scene;
}

static bool is_new(const struct x_scene *scene)
{
	for (int i = 0; i < n_scenes; i++) {
		bool same = true;

		for (int j = 0; j < X_THREADS && same; j++)
			same = scene->roles[j] == scenes[i].roles[j] ||
			       (scene->roles[j] && scenes[i].roles[j] &&
				!strcmp(scene->roles[j], scenes[i].roles[j]));
		if (same)
			return false;
	}
	return true;
}

/* All choices of @n more roles, in the order of the table. */
static void choose(struct x_scene *scene, int at, int n, int from, int full)
{
	if (!n) {
		scene->full = full;
		if (is_new(scene))
			add(*scene);
		return;
	}
	for (int i = from; i < ROLES; i++) {
		scene->roles[at] = roles[i];
		choose(scene, at + 1, n - 1, i, full);
	}
	scene->roles[at] = NULL;
}

const struct x_scene *scenes_all(bool full, int *n)
{
	struct x_scene scene = { 0 };

	choose(&scene, 0, 2, 0, 0);
	choose(&scene, 0, 3, 0, 0);
	for (size_t i = 0; i < sizeof(larger) / sizeof(larger[0]); i++)
		add(larger[i]);
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		scene = lookups[i];
		scene.lookups = 1;
		add(scene);
	}
	scene = (struct x_scene){ 0 };
	for (int threads = 4; full && threads <= X_THREADS; threads++)
		choose(&scene, 0, threads, 0, 1);
	*n = n_scenes;
	return scenes;
}
