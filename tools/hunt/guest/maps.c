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

static void read_pagemap(void)
{
	const int fd = open_proc(target, "pagemap");
	uint64_t entry[VICTIM_PAGES];

	if (fd < 0)
		return;
	if (pread(fd, entry, sizeof(entry), (uintptr_t)victim_area / page * 8) == sizeof(entry))
		count("pagemap");
	close(fd);
}

static void reader(uint32_t id)
{
	uint32_t rnd = row(id);
	char buffer[8192];

	while (!over()) {
		const char *name = files[below(&rnd, sizeof(files) / sizeof(files[0]))];
		FILE *file;
		int fd;

		if (!below(&rnd, 8))
			read_pagemap();
		fd = open_proc(target, name);
		if (fd < 0) {
			count("not-there");
			continue;
		}
		file = fdopen(fd, "r");
		if (!file)
			err(1, "fdopen");
		setvbuf(file, buffer, _IOFBF, 64 << below(&rnd, 7));
		check(name, file);
		fclose(file);
	}
}

int main(int argc, char **argv)
{
	return watch_one(argc, argv, victim, reader, 3);
}
