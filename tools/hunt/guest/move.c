// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd: pages move between two areas of a process (UFFDIO_MOVE), are copied to others, or come as
 * zeros, while threads split and merge those VMAs, and write to them, and children are forked off.
 * What has moved is what was there before.
 *
 * needs: CONFIG_USERFAULTFD
 */
#include <linux/userfaultfd.h>
#include "load.h"

#define PAGES	16
#define SCRATCH	PAGES	/* behind the pages that move, of the same VMA: for copies */

#ifndef MADV_NOHUGEPAGE
#define MADV_NOHUGEPAGE 15
#endif

static int uffd;
static char *area[2];	/* both registered; a page is in one of them */
static atomic_int side[PAGES];

static void register_area(char *where)
{
	struct uffdio_register request = {
		.range = { .start = (uintptr_t)where, .len = 2 * PAGES * page },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (ioctl(uffd, UFFDIO_REGISTER, &request))
		err(1, "UFFDIO_REGISTER");
}

static uint64_t tag(int i)
{
	return 0x1000 * (i + 1) + load_seed % 0x1000;
}

/* The page belongs to the one mover, so nothing but the kernel changes it. */
static void move_one(int i)
{
	const int from = side[i], to = !from;
	struct uffdio_move move = {
		.dst = (uintptr_t)area[to] + i * page,
		.src = (uintptr_t)area[from] + i * page,
		.len = page,
	};
	const int failed = ioctl(uffd, UFFDIO_MOVE, &move);
	uint64_t found;

	/* -EBUSY: a child has the page too; -EAGAIN: the VMAs change; -ENOENT: no page. */
	if (failed && errno != EBUSY && errno != EAGAIN && errno != ENOENT)
		err(1, "UFFDIO_MOVE");
	count_result("moves", failed);
	if (failed) {
		if (errno == EBUSY)
			*(volatile uint64_t *)(area[from] + i * page) = tag(i);
		return;
	}
	side[i] = to;
	found = *(volatile uint64_t *)(area[to] + i * page);
	if (found != tag(i))
		wrong("page %d moved to %d as %#lx, not %#lx", i, to, found, tag(i));
}

static void fill_one(uint32_t *rnd, const char *from)
{
	char *const at = area[below(rnd, 2)] + (SCRATCH + below(rnd, PAGES)) * page;
	struct uffdio_copy copy = { .dst = (uintptr_t)at, .src = (uintptr_t)from, .len = page };
	struct uffdio_zeropage zero = { .range = { .start = (uintptr_t)at, .len = page } };

	if (below(rnd, 2))
		count_result("copies", ioctl(uffd, UFFDIO_COPY, &copy));
	else
		count_result("zeros", ioctl(uffd, UFFDIO_ZEROPAGE, &zero));
	if (below(rnd, 2))
		madvise(at, page, MADV_DONTNEED);
}

/* Splits the areas, and makes one VMA of them again. */
static void *splitter(void *id)
{
	uint32_t rnd = row(100 + (uintptr_t)id);

	for (;;) {
		const size_t from = below(&rnd, 2 * PAGES), pages = 1 + below(&rnd, 2 * PAGES - from);
		char *const at = area[below(&rnd, 2)] + from * page;

		madvise(at, pages * page, below(&rnd, 2) ? MADV_DONTFORK : MADV_DOFORK);
		if (!below(&rnd, 8))
			madvise(area[below(&rnd, 2)], 2 * PAGES * page, MADV_DOFORK);
		count("splits");
	}
	return NULL;
}

static void nothing(uint32_t unused)
{
}

static void *forker(void *unused)
{
	for (;;) {
		expect_end(child(nothing, 0));
		count("forks");
		usleep(20000);
	}
	return unused;
}

static void *filler(void *unused)
{
	uint32_t rnd = row(200);
	const char *from = map(NULL, 1, PROT_READ | PROT_WRITE, MAP_POPULATE);

	for (;;)
		fill_one(&rnd, from);
	return unused;
}

int main(int argc, char **argv)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_MOVE };
	uint32_t rnd;

	load_begin(argc, argv);
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		cannot("no userfaultfd, or none that moves");
	for (int i = 0; i < 2; i++) {
		area[i] = map(NULL, 2 * PAGES, PROT_READ | PROT_WRITE, 0);
		madvise(area[i], 2 * PAGES * page, MADV_NOHUGEPAGE);
	}
	for (int i = 0; i < PAGES; i++)
		*(uint64_t *)(area[0] + i * page) = tag(i);
	register_area(area[0]);
	register_area(area[1]);
	thread(splitter, 0);
	thread(splitter, 1);
	thread(filler, 0);
	thread(forker, 0);
	rnd = row(0);
	while (!over())
		move_one(below(&rnd, PAGES));
	return load_finish(argv[0]);
}
