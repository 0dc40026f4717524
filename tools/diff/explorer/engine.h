/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's half.
 */
#ifndef EXPLORER_ENGINE_H
#define EXPLORER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "explorer.h"

#define MAX_DEPTH	4000
#define MAX_WORLD	16384

/* A side that was linked in; the generated table of them ends with no name. */
struct linked_side {
	const char *name;
	const void *side;
};
extern const struct linked_side linked_sides[];

/* machine.c: the threads as they are now, and how one of them takes a step. */
struct thread_image {
	uint64_t hash;
	uint32_t size;		/* of the stack */
	struct x_self self;
	uint64_t stack[];	/* from the stack pointer up */
};

struct machine {
	const struct thread_image *thread[X_THREADS];
};

extern struct machine machine;

void machine_init(void);
/* All threads before their first step. Images are made at *@memory, which is moved on. */
void machine_begin(const struct x_scene *scene, const void *readers, const void *writers,
		   char **memory);
/* False: the thread faulted, or met a BUG. */
bool machine_step(int thread, char **memory);
unsigned int machine_enabled(void);
size_t machine_world_size(void);
void machine_save_world(void *to);
void machine_load_world(const void *from);
uint64_t machine_hash(const void *world);
/* What is at @address of a thread's stack; NULL: that is elsewhere. */
const uint64_t *machine_stack(const struct thread_image *image, uintptr_t address);
/* Copies the threads' images to @memory, where they may be already; returns what is free behind. */
char *machine_move(char *memory);
/* Two threads that play the same role, which has no other state than what its image says. */
bool machine_twins(int a, int b);

/*
 * cpu_x86.c, cpu_arm64.c: of a coroutine's registers those that a call keeps go to the stack, whose pointer goes to
 * @save; those of another one come from @load.
 */
void switch_to(void **save, void *load);
/* The stack, so many words, of a coroutine that begins in @function. */
#define CPU_FIRST	12
void cpu_first(uint64_t stack[CPU_FIRST], void (*function)(void));
/* Where in the code a signal came, of a handler's context. */
unsigned long cpu_pc(const void *context);
/* Where the last functions of a thread that has stopped return to, so many at most, the innermost first. */
int cpu_callers(const struct thread_image *image, uintptr_t callers[], int n);

/* states.c: the set of those that have been seen. */
void states_clear(void);
/* Its number, from 1 on; *@seen says whether it had been there. */
uint32_t states_add(uint64_t hash, bool *seen);
uint32_t states_count(void);

/* search.c */
struct outcome {
	char text[240];
	char order[MAX_DEPTH + 1];
};

struct search {
	struct outcome *outcome;
	int outcomes, depth;
	uint64_t steps, ends;
	bool complete;
	double seconds;
};

struct limits {
	uint32_t states;
	int preemptions;
};

void search(const struct x_scene *scene, const void *readers, const void *writers,
	    const struct limits *limits, struct search *result);
/* Follows one order; what its threads did goes through x_trace(). */
void replay(const struct x_scene *scene, const void *readers, const void *writers,
	    const char *order);

/* rounds.c */
void rounds(unsigned long seed, const void *readers, const void *writers);

/* scenes.c */
const struct x_scene *scenes_all(bool full, int *n);

/* edges.c */
void edges_open(const char *file);
void edges_before(int thread);
void edges_after(const struct x_scene *scene, int thread);
void edges_trace(const char *name, const char *detail, long value);
void edges_close(void);

/* paths.c */
void paths(const char *file, const void *side);
void paths_trace(const char *name, const char *detail, long value);

/* One of the stops of a path. */
#define PATH_STOPS	120
#define BY_CONTROL	1
#define BY_ADDRESS	2
#define BY_DATA		4
struct path_stop {
	const struct thread_image *image;
	uint64_t world[MAX_WORLD / 8];
	/* The word is one of those that x_where() has, not a copy. */
	const char *name, *word;
	const volatile void *addr;
	unsigned int kind, size;
	unsigned long before, after;
	uint64_t site;
	/* Somebody else put this there. */
	unsigned long value;
	bool changed;
};

/*
 * dependencies.c: notes of each of @n stops in @by how it depends on which earlier ones, by their numbers; and in
 * @by[@n], how what is returned does.
 */
#define NO_RETURN	(~0)
uint64_t dependencies_site(const struct thread_image *image);
void dependencies(const struct path_stop *path, int n, int ret, unsigned char (*by)[PATH_STOPS], char *memory);

/* outcome.c */
void outcome_text(char *text, size_t size, const char *blocked);

/* blocks.c: a digit for each block of Rust, 1: it ran. */
void blocks_write(FILE *out);

/* report.c */
void report_begin(const char *file, const char *readers, const char *writers);
void report_scene(const struct x_scene *scene, const struct search *s, const void *readers,
		  const void *writers);
void report_rounds_begin(unsigned long seed);
void report_event(unsigned int nr, int thread, char what, unsigned int value);
void report_rounds_end(const char *text);
void report_end(void);
void progress(const char *scene, uint32_t states, uint64_t steps, int depth);

/* Threads are their numbers in what is reported: which thread is at it. */
extern const char *now_exploring;

#endif /* EXPLORER_ENGINE_H */
