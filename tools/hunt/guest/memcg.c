// SPDX-License-Identifier: GPL-2.0
/*
 * A memory cgroup whose limit rises and falls under processes that map and fault: charges fail, pages
 * are reclaimed, and processes are killed for want of memory, and their memory reaped.
 *
 * needs: CONFIG_MEMCG
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include "victim.h"

#define ROOT	"/run/hunt-cgroup"
#define GROUP	ROOT "/hunt"
#define EATERS	2
#define MEGABYTES 8

/* Has more than the limit, part of the time. */
static void *eater(void *id)
{
	const size_t pages = MEGABYTES * 1024 * 1024 / page;

	for (;;) {
		char *p = map(NULL, pages, PROT_READ | PROT_WRITE, 0);

		for (size_t i = 0; i < pages; i++)
			*(volatile char *)(p + i * page) = 1;
		munmap(p, pages * page);
		count("meals");
	}
	return id;
}

static void member(uint32_t id)
{
	if (write_to(GROUP "/cgroup.procs", "0"))
		err(1, "cgroup.procs");
	thread(eater, id);
	victim(id);
}

int main(int argc, char **argv)
{
	pid_t pid[EATERS] = {};
	char limit[32];
	uint32_t rnd;
	int status;

	load_begin(argc, argv);
	mkdir(ROOT, 0755);
	if (mount("cgroup", ROOT, "cgroup2", 0, NULL) && errno != EBUSY)
		cannot("no cgroup2");
	if (write_to(ROOT "/cgroup.subtree_control", "+memory") || (mkdir(GROUP, 0755) && errno != EEXIST))
		cannot("no memory cgroups");
	victim_prepare();
	rnd = row(0);
	while (!over()) {
		snprintf(limit, sizeof(limit), "%uM", 2 + below(&rnd, 3 * MEGABYTES));
		count_result("limits", write_to(GROUP "/memory.max", limit));
		for (int i = 0; i < EATERS; i++) {
			if (!pid[i])
				pid[i] = child(member, i + 1);
			if (waitpid(pid[i], &status, WNOHANG) != pid[i])
				continue;
			pid[i] = 0;
			count(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? "killed" : "ended");
		}
		usleep(50000);
	}
	write_to(GROUP "/memory.max", "max");
	for (int i = 0; i < EATERS; i++) {
		if (!pid[i])
			continue;
		kill(pid[i], SIGKILL);
		expect_end(pid[i]);
	}
	return load_finish(argv[0]);
}
