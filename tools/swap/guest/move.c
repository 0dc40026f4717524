// SPDX-License-Identifier: GPL-2.0
/*
 * A mapping moves while a thread writes to pages of it for the first time.
 *
 *   move SECONDS
 *
 * Either a write came first: then it moves along. Or it comes too late: then there is
 * nothing to write to any more. A page fault that goes on although the VMA is
 * write-locked puts its page where nobody looks for it, and the write is lost.
 */
#include <err.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGES 16

static long page;
static char *from, *to;
static atomic_uint begun, written, ended;
static atomic_int stop;
static sigjmp_buf too_late;

static void segv(int sig)
{
	(void)sig;
	siglongjmp(too_late, 1);
}

static void map(char *where, int prot)
{
	if (mmap(where, PAGES * page, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		err(1, "mmap");
}

/* Writes to page after page, until there is none. */
static void write_pages(void)
{
	if (sigsetjmp(too_late, 1))
		return;
	for (unsigned int i = 1; i < PAGES; i++) {
		*(volatile char *)(from + i * page) = 1;
		written = i;
	}
}

static void *writer(void *unused)
{
	for (unsigned int round = 1;; round++) {
		while (begun != round)
			if (stop)
				return unused;
		write_pages();
		ended = round;
	}
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	const struct sigaction action = { .sa_handler = segv };
	pthread_t thread;

	page = sysconf(_SC_PAGESIZE);
	from = mmap(NULL, 2 * PAGES * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (from == MAP_FAILED)
		err(1, "mmap");
	to = from + PAGES * page;
	if (sigaction(SIGSEGV, &action, NULL))
		err(1, "sigaction");
	if (pthread_create(&thread, NULL, writer, NULL))
		errx(1, "pthread_create");
	for (unsigned int round = 1; time(NULL) < end; round++) {
		map(from, PROT_READ | PROT_WRITE);
		from[0] = 1;	/* else the first fault takes the mmap lock */
		written = 0;
		begun = round;
		while (written < round % (PAGES / 2))
			;
		if (mremap(from, PAGES * page, PAGES * page, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
			err(1, "mremap");
		while (ended != round)
			;
		for (unsigned int i = 1; i < PAGES; i++)
			if (to[i * page] != (i <= written))
				errx(1, "round %u: %u pages written, page %u moved as %d", round, written, i, to[i * page]);
	}
	stop = 1;
	pthread_join(thread, NULL);
	return 0;
}
