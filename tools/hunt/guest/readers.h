/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readers of the VMAs of a process that comes and goes: whoever is the newest.
 */
#ifndef HUNT_READERS_H
#define HUNT_READERS_H

#include <linux/fs.h>
#include "load.h"

static atomic_int *newest;	/* its PID */

static inline void readers_prepare(void)
{
	newest = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (newest == MAP_FAILED)
		err(1, "mmap");
	*newest = getpid();
}

/* A file of it to its end, CHUNK bytes at a time. */
static inline void read_newest(const char *name, size_t chunk)
{
	const int fd = open_proc(*newest, name);
	char buffer[4096];

	if (fd < 0) {
		count("read-too-late");
		return;
	}
	while (read(fd, buffer, chunk) > 0)
		;
	close(fd);
	count("reads");
}

static inline void query_newest(void)
{
	struct procmap_query q = { .size = sizeof(q), .query_flags = PROCMAP_QUERY_COVERING_OR_NEXT_VMA };
	const int fd = open_proc(*newest, "maps");

	if (fd < 0)
		return;
	while (!ioctl(fd, PROCMAP_QUERY, &q)) {
		if (q.vma_end <= q.query_addr)
			wrong("query goes back: %#llx after %#llx", q.vma_end, q.query_addr);
		q.query_addr = q.vma_end;
		count("queries");
	}
	close(fd);
}

static inline void read_and_query(uint32_t id, size_t chunk)
{
	uint32_t rnd = row(id);

	while (!over()) {
		switch (below(&rnd, 4)) {
		case 0:
			read_newest("smaps", chunk);
			break;
		case 1:
			query_newest();
			break;
		default:
			read_newest("maps", chunk);
		}
	}
}

#endif
