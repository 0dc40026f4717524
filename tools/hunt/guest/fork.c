// SPDX-License-Identifier: GPL-2.0
/*
 * fork and exec under readers: a process with threads that map and fault forks children, which exec
 * this program anew, or write and end, or are killed on the way; others read their maps meanwhile.
 *
 * needs: CONFIG_PROC_PAGE_MONITOR
 */
#include "readers.h"
#include "victim.h"

static void reader(uint32_t id)
{
	read_and_query(id, 4096);
}

static void child_work(uint32_t how)
{
	char *const argv[] = { "fork", NULL };

	*newest = getpid();
	if (how) {
		if (!sigsetjmp(victim_fault, 1))
			*(volatile char *)(victim_area + how % VICTIM_PAGES * page) = 1;
		return;
	}
	execv("/proc/self/exe", argv);
}

static void parent(uint32_t id)
{
	const struct sigaction action = { .sa_handler = victim_on_fault };
	uint32_t rnd = row(id);

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	thread(victim_faulter, 1);
	while (!over()) {
		pid_t pid;

		for (int n = below(&rnd, 4); n; n--)
			victim_change(&rnd);
		*newest = getpid();
		pid = child(child_work, below(&rnd, 2) ? 1 + below(&rnd, 100) : 0);
		if (!below(&rnd, 3)) {
			usleep(below(&rnd, 2000));
			kill(pid, SIGKILL);
			count("kills");
		}
		expect_end(pid);
		count("forks");
	}
}

int main(int argc, char **argv)
{
	pid_t pids[4];

	/* exec'ed: nothing to do. */
	if (argc == 1)
		return 0;
	load_begin(argc, argv);
	victim_prepare();
	readers_prepare();
	for (int i = 0; i < 4; i++)
		pids[i] = child(i < 2 ? parent : reader, i + 1);
	for (int i = 0; i < 4; i++)
		expect_end(pids[i]);
	return load_finish(argv[0]);
}
