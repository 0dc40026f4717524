// SPDX-License-Identifier: GPL-2.0
/*
 * How often a second the machine does what goes through the per-VMA lock.
 *
 *   rates [MILLISECONDS]
 *
 * Prints "NAME NANOSECONDS OPERATIONS" lines: page faults, mmap with munmap, and
 * mprotect, each of one thread and of two in one address space; fork with exit.
 */
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGES 64

static long page;
static double span;
static atomic_ulong total;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static char *map(size_t pages)
{
	char *p = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* Each one does its operation until the time is over and returns how often. */
static unsigned long faults(void)
{
	const double end = now() + span;
	char *p = map(PAGES);
	unsigned long n = 0;

	if (madvise(p, PAGES * page, MADV_NOHUGEPAGE))
		err(1, "madvise");
	while (now() < end) {
		for (int i = 0; i < PAGES; i++)
			p[i * page] = 1;
		n += PAGES;
		if (madvise(p, PAGES * page, MADV_DONTNEED))
			err(1, "madvise");
	}
	munmap(p, PAGES * page);
	return n;
}

static unsigned long mmap_munmap(void)
{
	const double end = now() + span;
	unsigned long n = 0;

	for (; now() < end; n++)
		if (munmap(map(1), page))
			err(1, "munmap");
	return n;
}

static unsigned long mprotects(void)
{
	const double end = now() + span;
	char *p = map(4);
	unsigned long n = 0;

	/* The page in the middle becomes a VMA of its own, and merges again. */
	for (; now() < end; n++)
		if (mprotect(p + page, page, n % 2 ? PROT_READ | PROT_WRITE : PROT_READ))
			err(1, "mprotect");
	munmap(p, 4 * page);
	return n;
}

static unsigned long forks(void)
{
	const double end = now() + span;
	unsigned long n = 0;

	for (; now() < end; n++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	return n;
}

static void *one_of_two(void *run)
{
	total += ((unsigned long (*)(void))run)();
	return NULL;
}

static unsigned long of_two_threads(unsigned long (*run)(void))
{
	pthread_t thread[2];

	total = 0;
	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, one_of_two, run))
			errx(1, "pthread_create");
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	return total;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		unsigned long (*run)(void);
		int threads;
	} rates[] = {
		{ "faults", faults, 1 },
		{ "faults-2-threads", faults, 2 },
		{ "mmap+munmap", mmap_munmap, 1 },
		{ "mmap+munmap-2-threads", mmap_munmap, 2 },
		{ "mprotect", mprotects, 1 },
		{ "mprotect-2-threads", mprotects, 2 },
		{ "fork+exit", forks, 1 },
	};

	page = sysconf(_SC_PAGESIZE);
	span = (argc > 1 ? atoi(argv[1]) : 500) / 1e3;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		const double start = now();
		const unsigned long n = rates[i].threads == 2 ?
			of_two_threads(rates[i].run) : rates[i].run();

		printf("%s %.0f %lu\n", rates[i].name, (now() - start) * 1e9, n);
	}
	return 0;
}
