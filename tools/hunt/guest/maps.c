// SPDX-License-Identifier: GPL-2.0
/*
 * Reads /proc/PID/maps, smaps, smaps_rollup, numa_maps and pagemap of a process that changes its
 * VMAs, with buffers of all sizes. Whatever changes: addresses rise, and what stays is there.
 *
 * needs: CONFIG_PROC_PAGE_MONITOR
 */
#include "victim.h"

static const char *const files[] = { "maps", "maps", "smaps", "smaps_rollup", "numa_maps" };
/* What lies behind what was shown may have grown together with it, but the ends rise. */
static void check(const char *name, FILE *file)
{
	unsigned long from, to, last = 0, pillars = 0;
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) != 2)
			continue;
		if (to <= last || to <= from)
			wrong("%s goes back: %lx-%lx after one that ends at %lx", name, from, to, last);
		last = to;
		for (int i = 0; i < 2; i++)
			pillars += from == (unsigned long)victim_pillar[i] && to == from + 2 * page;
	}
	if (last && pillars != 2 && (!strcmp(name, "maps") || !strcmp(name, "smaps")))
		wrong("%s shows %lu of 2 VMAs that stay", name, pillars);
	count(name);
}

static void read_pagemap(uint32_t *rnd)
{
	uint64_t entry[VICTIM_PAGES];
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", target);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	if (pread(fd, entry, sizeof(entry), (uintptr_t)victim_area / page * 8) == sizeof(entry))
		count("pagemap");
	close(fd);
}

static void reader(uint32_t id)
{
	uint32_t rnd = row(id);
	char buffer[8192], path[64];

	while (!over()) {
		const char *name = files[below(&rnd, sizeof(files) / sizeof(files[0]))];
		FILE *file;

		if (!below(&rnd, 8))
			read_pagemap(&rnd);
		snprintf(path, sizeof(path), "/proc/%d/%s", target, name);
		file = fopen(path, "r");
		if (!file) {
			count("not-there");
			continue;
		}
		setvbuf(file, buffer, _IOFBF, 64 << below(&rnd, 7));
		check(name, file);
		fclose(file);
	}
}

int main(int argc, char **argv)
{
	return watch_one(argc, argv, victim, reader, 3);
}
