// SPDX-License-Identifier: GPL-2.0
/*
 * A process unmaps all that it has with one munmap(), while others read its maps and ask for its
 * VMAs. It dies of that, and the next one does the same.
 *
 * needs: CONFIG_PROC_PAGE_MONITOR
 */
#include <linux/fs.h>
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

static void read_files(pid_t pid, const char *name)
{
	char path[64], buffer[1024];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	while (read(fd, buffer, sizeof(buffer)) > 0)
		count("reads");
	close(fd);
}

static void query(pid_t pid)
{
	struct procmap_query q = { .size = sizeof(q), .query_flags = PROCMAP_QUERY_COVERING_OR_NEXT_VMA };
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	for (; !ioctl(fd, PROCMAP_QUERY, &q); q.query_addr = q.vma_end)
		count("queries");
	close(fd);
}

static atomic_int *newest;

static void reader(uint32_t id)
{
	uint32_t rnd = row(id);

	while (!over()) {
		switch (below(&rnd, 4)) {
		case 0:
			query(*newest);
			break;
		case 1:
			read_files(*newest, "smaps");
			break;
		default:
			read_files(*newest, "maps");
		}
	}
}

int main(int argc, char **argv)
{
	pid_t readers[3];

	load_begin(argc, argv);
	victim_prepare();
	newest = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (newest == MAP_FAILED)
		err(1, "mmap");
	*newest = getpid();
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
