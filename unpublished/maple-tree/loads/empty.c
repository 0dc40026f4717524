// SPDX-License-Identifier: GPL-2.0
/*
 * A process unmaps all that it has with one munmap(), while others read its maps and ask for its
 * VMAs. It dies of that, and the next one does the same.
 *
 * needs: CONFIG_PROC_PAGE_MONITOR
 */
#include "readers.h"
#include "victim.h"

/* All that a process may have with page tables of four levels. */
#define EVERYTHING (0x800000000000UL - 4096)

static void unmapper(uint32_t id)
{
	uint32_t rnd = row(id);

	for (int n = below(&rnd, 40); n; n--)
		victim_change(&rnd);
	usleep(below(&rnd, 3000));
	munmap(NULL, EVERYTHING);
}

static void reader(uint32_t id)
{
	read_and_query(id, 1024);
}

int main(int argc, char **argv)
{
	pid_t readers[3];

	load_begin(argc, argv);
	victim_prepare();
	readers_prepare();
	for (int i = 0; i < 3; i++)
		readers[i] = child(reader, i);
	for (uint32_t id = 10; !over(); id++) {
		*newest = child(unmapper, id);
		if (waitpid(*newest, NULL, 0) < 0)
			err(1, "waitpid");
		count("emptied");
	}
	for (int i = 0; i < 3; i++)
		expect_end(readers[i]);
	return load_finish(argv[0]);
}
