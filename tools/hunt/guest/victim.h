/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that others look at: threads change an area of it and fault it in. Around the area
 * stand two VMAs that nobody changes, so whoever looks must find them.
 */
#ifndef HUNT_VICTIM_H
#define HUNT_VICTIM_H

#include "load.h"

#define VICTIM_PAGES	24

/* Mapped before the fork, so that its readers know where to look. */
static char *victim_area;
static char *victim_pillar[2];
static __thread sigjmp_buf victim_fault;

/* gap | pillar | gap | area | gap | pillar | gap: so nothing that comes to lie beside them merges with them. */
static inline void victim_prepare(void)
{
	char *all = map(NULL, VICTIM_PAGES + 12, PROT_NONE, 0);

	victim_pillar[0] = map(all + 2 * page, 2, PROT_READ | PROT_WRITE, MAP_FIXED);
	victim_area = map(all + 6 * page, VICTIM_PAGES, PROT_READ | PROT_WRITE, MAP_FIXED);
	victim_pillar[1] = map(all + (VICTIM_PAGES + 8) * page, 2, PROT_READ, MAP_FIXED);
}

static inline void victim_on_fault(int sig)
{
	siglongjmp(victim_fault, 1);
}

static inline void *victim_faulter(void *id)
{
	volatile uint32_t n = 0;
	uint32_t rnd;
	char *p;

	for (;;) {
		rnd = row(1000 * (uintptr_t)id + ++n);
		p = victim_area + below(&rnd, VICTIM_PAGES) * page;
		if (sigsetjmp(victim_fault, 1))
			continue;
		if (below(&rnd, 2))
			*(volatile char *)p = 1;
		else
			(void)*(volatile char *)p;
	}
	return NULL;
}

/* One change of a part of the area. */
static inline void victim_change(uint32_t *rnd)
{
	const size_t from = below(rnd, VICTIM_PAGES), pages = 1 + below(rnd, VICTIM_PAGES - from);
	char *const at = victim_area + from * page;

	switch (below(rnd, 6)) {
	case 0:
		munmap(at, pages * page);
		break;
	case 1:
		mprotect(at, pages * page, PROT_READ);
		break;
	case 2:
		mprotect(at, pages * page, PROT_READ | PROT_WRITE);
		break;
	case 3:
		madvise(at, pages * page, below(rnd, 2) ? MADV_DONTFORK : MADV_DOFORK);
		break;
	default:
		map(at, pages, PROT_READ | PROT_WRITE, MAP_FIXED);
	}
}

/* Until it is killed: a reader whose process ends meanwhile sees half of it. */
static inline void victim(uint32_t id)
{
	const struct sigaction action = { .sa_handler = victim_on_fault };
	uint32_t rnd = row(id);

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	thread(victim_faulter, id * 2);
	thread(victim_faulter, id * 2 + 1);
	for (;;) {
		victim_change(&rnd);
		count("changes");
	}
}

/* Who they look at. */
static pid_t target;

/* A load: WATCHERS processes do WATCH until the time is over, of one that does WATCHED until it is killed. */
static inline int watch_one(int argc, char **argv, void (*watched)(uint32_t), void (*watch)(uint32_t), int watchers)
{
	pid_t pids[8];

	load_begin(argc, argv);
	victim_prepare();
	target = child(watched, 1);
	for (int i = 0; i < watchers; i++)
		pids[i] = child(watch, 10 + i);
	for (int i = 0; i < watchers; i++)
		expect_end(pids[i]);
	kill(target, SIGKILL);
	expect_end(target);
	return load_finish(argv[0]);
}

#endif
