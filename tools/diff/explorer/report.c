// SPDX-License-Identifier: GPL-2.0
/*
 * What was seen, as JSON (README), and what is being done, for who waits.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int x_tracing;
const char *now_exploring = "";

static FILE *out;
static const char *file_name;
static int scenes, traced, tracing_thread;

void report_begin(const char *file, const char *readers, const char *writers)
{
	file_name = file;
	out = fopen(file, "w");
	if (!out) {
		fprintf(stderr, "explorer: %s: %s\n", file, strerror(errno));
		exit(3);
	}
	fprintf(out, "{\"readers\": \"%s\", \"writers\": \"%s\", \"scenes\": [", readers, writers);
}

/* One step of a schedule: who, what, where, the value before, the value after. */
void x_trace(const char *name, const char *detail, long value)
{
	const char *where;
	unsigned int nr;

	/* The tree is being made for all. */
	if (x_beginning)
		return;
	if (x_tracing == X_EDGES) {
		edges_trace(name, detail, value);
		return;
	}
	if (x_tracing == X_PATHS) {
		paths_trace(name, detail, value);
		return;
	}
	/* What the last access left. */
	if (!name) {
		fprintf(out, ", \"after\": %lu}", (unsigned long)value);
		tracing_thread = -1;
		return;
	}
	if (tracing_thread >= 0)
		fprintf(out, "}");
	tracing_thread = -1;
	fprintf(out, "%s\n      {\"thread\": %d, \"what\": \"%s\"", traced++ ? "," : "", x_current, name);
	if (detail[0]) {
		fprintf(out, ", \"event\": \"%s\", \"value\": %ld}", detail, value);
		return;
	}
	where = x_where(x_self.stop.addr, &nr);
	fprintf(out, ", \"kind\": \"%s\", \"word\": \"%s\", \"of\": %u, \"size\": %u, \"before\": %lu",
		x_self.stop.kind == X_LOAD ? "load" : x_self.stop.kind == X_STORE ? "store" : "rmw",
		where, nr, x_self.stop.size, (unsigned long)value);
	tracing_thread = x_current;
}

static void report_outcome(const struct x_scene *scene, const struct outcome *o, int nr,
			   const void *readers, const void *writers)
{
	fprintf(out, "%s\n    {\"text\": \"%s\", \"order\": \"%s\"", nr ? "," : "", o->text, o->order);
	if (getenv("EXPLORER_STEPS")) {
		fprintf(out, ", \"steps\": [");
		traced = 0;
		tracing_thread = -1;
		x_tracing = 1;
		replay(scene, readers, writers, o->order);
		x_tracing = 0;
		fprintf(out, "%s]", tracing_thread >= 0 ? "}" : "");
	}
	fprintf(out, "}");
}

void report_scene(const struct x_scene *scene, const struct search *s, const void *readers,
		  const void *writers)
{
	fprintf(out, "%s\n  {\"name\": \"%s\", \"roles\": [", scenes++ ? "," : "", scene->name);
	for (int i = 0; i < X_THREADS && scene->roles[i]; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "", scene->roles[i]);
	fprintf(out, "], \"states\": %u, \"steps\": %lu, \"ends\": %lu, \"depth\": %d, \"preemptions\": %d, ",
		states_count(), s->steps, s->ends, s->depth, scene->preemptions);
	fprintf(out, "\"complete\": %s, \"seconds\": %.3f, \"outcomes\": [", s->complete ? "true" : "false",
		s->seconds);
	for (int i = 0; i < s->outcomes; i++)
		report_outcome(scene, &s->outcome[i], i, readers, writers);
	fprintf(out, "]}");
}

void report_rounds_begin(unsigned long seed)
{
	fprintf(out, "%s\n  {\"seed\": %lu, \"events\": \"", scenes >= 0 ? "], \"rounds\": [" : ",", seed);
	scenes = -1;
}

void report_event(unsigned int nr, int thread, char what, unsigned int value)
{
	fprintf(out, "%s%d%c%x", nr ? " " : "", thread, what, value);
}

void report_rounds_end(const char *text)
{
	fprintf(out, "\", \"outcome\": \"%s\"}", text);
}

void report_end(void)
{
	fprintf(out, "%s], \"blocks\": \"", scenes >= 0 ? "], \"rounds\": [" : "");
	blocks_write(out);
	fprintf(out, "\"}\n");
	if (fclose(out)) {
		fprintf(stderr, "explorer: %s: %s\n", file_name, strerror(errno));
		exit(3);
	}
}

void progress(const char *scene, uint32_t states, uint64_t steps, int depth)
{
	fprintf(stderr, "exploring %s: %u states, %lu steps, depth %d\n", scene, states, steps, depth);
}

/* Exit code 2: there is a reason, and it is told. */
void x_cannot(const char *why, const char *what)
{
	fprintf(stderr, "cannot: %s%s%s (in %s, thread %d)\n", why, what[0] ? ": " : "", what, now_exploring,
		x_current);
	_exit(2);
}
