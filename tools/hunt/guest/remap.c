// SPDX-License-Identifier: GPL-2.0
/*
 * mremap() moves, grows, shrinks and leaves behind parts of an area that other threads write to.
 * A page goes where its VMA goes: after a move there is what was written before it.
 */
#include "load.h"

#define PAGES 16

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static char *home, *away;
static __thread sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, 1);
}

/* Writes at home and away, from page 1 on, its own byte. Page 0 is the mover's. */
static void *writer(void *id)
{
	volatile uint32_t n = 0;
	uint32_t rnd;

	for (;;) {
		rnd = row(10000 * ((uintptr_t)id + 1) + ++n);
		if (sigsetjmp(fault, 1))
			continue;
		*(volatile char *)((below(&rnd, 2) ? home : away) + (1 + below(&rnd, PAGES - 1)) * page + (uintptr_t)id) = 1;
	}
	return NULL;
}

static void move(char *from, char *to, unsigned int n, uint32_t *rnd)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | (below(rnd, 4) ? 0 : MREMAP_DONTUNMAP);

	*(volatile unsigned int *)(from + 64) = n;
	if (mremap(from, PAGES * page, PAGES * page, flags, to) != to)
		err(1, "mremap");
	if (*(volatile unsigned int *)(to + 64) != n)
		wrong("move %u arrived as %u", n, *(volatile unsigned int *)(to + 64));
	if (flags & MREMAP_DONTUNMAP) {
		if (*(volatile unsigned int *)(from + 64))
			wrong("a page is in two places after move %u", n);
		count("left-behind");
	} else {
		count("moves");
	}
}

/* Smaller, then larger again, where it is. */
static void resize(char *where, uint32_t *rnd)
{
	const size_t pages = 1 + below(rnd, PAGES - 1);

	if (mremap(where, PAGES * page, pages * page, 0) != where)
		err(1, "mremap: shrink");
	count_result("grows", mremap(where, pages * page, PAGES * page, 0) != where);
	/* What lies in the way of growing is another mapping: a new one, of all of it. */
	map(where, PAGES, PROT_READ | PROT_WRITE, MAP_FIXED);
}

static void mover(uint32_t id)
{
	const struct sigaction action = { .sa_handler = on_fault };
	uint32_t rnd = row(id);

	sigaction(SIGSEGV, &action, NULL);
	home = map(NULL, 2 * PAGES + 2, PROT_NONE, 0);
	away = home + (PAGES + 1) * page;
	thread(writer, 1);
	thread(writer, 2);
	for (unsigned int n = 1; !over(); n++) {
		map(home, PAGES, PROT_READ | PROT_WRITE, MAP_FIXED);
		move(home, away, 2 * n, &rnd);
		move(away, home, 2 * n + 1, &rnd);
		if (!below(&rnd, 3))
			resize(home, &rnd);
	}
}

int main(int argc, char **argv)
{
	pid_t movers[2];

	load_begin(argc, argv);
	for (int i = 0; i < 2; i++)
		movers[i] = child(mover, i);
	for (int i = 0; i < 2; i++)
		expect_end(movers[i]);
	return load_finish(argv[0]);
}
