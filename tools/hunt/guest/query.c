// SPDX-License-Identifier: GPL-2.0
/*
 * Asks by PROCMAP_QUERY for the VMAs of a process that changes them. The answer covers the
 * address, or lies behind it; of a VMA that stays it is that VMA.
 */
#include <linux/fs.h>
#include "victim.h"

static void ask(int fd, uint32_t *rnd)
{
	const int pillar = !below(rnd, 4), next = !pillar && below(rnd, 2);
	char *const at = pillar ? victim_pillar[below(rnd, 2)] + below(rnd, 2 * page)
				: victim_area - 2 * page + below(rnd, (VICTIM_PAGES + 4) * page);
	struct procmap_query q = {
		.size = sizeof(q),
		.query_flags = next ? PROCMAP_QUERY_COVERING_OR_NEXT_VMA : 0,
		.query_addr = (uintptr_t)at,
	};

	if (ioctl(fd, PROCMAP_QUERY, &q)) {
		if (errno == ESRCH) {
			count("ended");
			return;
		}
		/* The last pillar lies behind everything that is asked for. */
		if (errno != ENOENT || pillar || next)
			wrong("query of %p (pillar %d, next %d): %s", at, pillar, next, strerror(errno));
		count("nothing-there");
		return;
	}
	if (q.vma_end <= q.query_addr || (!next && q.vma_start > q.query_addr))
		wrong("query of %p (next %d): %llx-%llx", at, next, q.vma_start, q.vma_end);
	if (pillar && (q.vma_end - q.vma_start != 2 * (uintptr_t)page ||
		       (q.vma_start != (uintptr_t)victim_pillar[0] && q.vma_start != (uintptr_t)victim_pillar[1])))
		wrong("query of a VMA that stays, %p: %llx-%llx", at, q.vma_start, q.vma_end);
	count(pillar ? "stays" : next ? "or-next" : "covering");
}

static void reader(uint32_t id)
{
	const int fd = open_proc(target, "maps");
	uint32_t rnd = row(id);

	if (fd < 0)
		err(1, "maps of %d", target);
	while (!over())
		ask(fd, &rnd);
}

int main(int argc, char **argv)
{
	return watch_one(argc, argv, victim, reader, 3);
}
