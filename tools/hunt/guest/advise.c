// SPDX-License-Identifier: GPL-2.0
/*
 * madvise() of a process's own area, by threads, under the VMA lock and without it; and process_madvise() of
 * the same area by other processes.
 *
 * needs: CONFIG_ADVISE_SYSCALLS
 */
#include <sys/pidfd.h>
#include <sys/uio.h>
#include "victim.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif

static const int own[] = {
	MADV_DONTNEED, MADV_DONTNEED, MADV_FREE, MADV_POPULATE_WRITE, MADV_COLD, MADV_PAGEOUT, MADV_HUGEPAGE,
	MADV_NOHUGEPAGE, MADV_GUARD_INSTALL, MADV_GUARD_REMOVE, MADV_GUARD_REMOVE, MADV_WILLNEED, MADV_COLLAPSE,
};
static const int others[] = { MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED, MADV_COLLAPSE };

static struct iovec part(uint32_t *rnd)
{
	const size_t from = below(rnd, VICTIM_PAGES), pages = 1 + below(rnd, VICTIM_PAGES - from);

	return (struct iovec){ victim_area + from * page, pages * page };
}

static void *adviser(void *id)
{
	uint32_t rnd = row(50 + (uintptr_t)id);

	for (;;) {
		const struct iovec at = part(&rnd);

		count_result("own", madvise(at.iov_base, at.iov_len, own[below(&rnd, sizeof(own) / sizeof(own[0]))]));
	}
	return NULL;
}

static void advised(uint32_t id)
{
	thread(adviser, 1);
	thread(adviser, 2);
	victim(id);
}

static void other(uint32_t id)
{
	const int fd = pidfd_open(target, 0);
	uint32_t rnd = row(id);

	if (fd < 0)
		err(1, "pidfd_open");
	while (!over()) {
		const struct iovec at[2] = { part(&rnd), part(&rnd) };
		const int advice = others[below(&rnd, sizeof(others) / sizeof(others[0]))];

		count_result("of-another", syscall(SYS_process_madvise, fd, at, 1 + below(&rnd, 2), advice, 0) < 0);
	}
}

int main(int argc, char **argv)
{
	return watch_one(argc, argv, advised, other, 2);
}
