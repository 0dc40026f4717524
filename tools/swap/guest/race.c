// SPDX-License-Identifier: GPL-2.0
/*
 * Readers and writers of the same VMAs: threads fault in an area while it is mapped anew,
 * split and merged again, over and over.
 *
 *   race SECONDS
 *
 * A thread writes only its own byte of a page, and may find there what it wrote or, in a
 * new mapping or an emptied one, 0. Anything else is somebody else's page.
 */
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define THREADS 2
#define PAGES 16

static long page;
static char *area;
static atomic_int stop;

static void map_anew(void)
{
	if (mmap(area, PAGES * page, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		err(1, "mmap");
}

static void *reader(void *arg)
{
	const size_t me = (size_t)arg;
	unsigned char value = 0;

	while (!stop) {
		value = value % 250 + 1;
		for (int i = 0; i < PAGES; i++) {
			volatile unsigned char *p = (unsigned char *)area + i * page + me;
			unsigned char found;

			*p = value;
			found = *p;
			if (found && found != value)
				errx(1, "thread %zu wrote %u and found %u", me, value, found);
		}
		if (madvise(area, PAGES * page, MADV_DONTNEED))
			err(1, "madvise");
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	pthread_t thread[THREADS];

	page = sysconf(_SC_PAGESIZE);
	area = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, reader, (void *)i))
			errx(1, "pthread_create");
	while (time(NULL) < end) {
		map_anew();
		/* Three VMAs, all of which the next mapping detaches. */
		if (madvise(area + PAGES / 2 * page, page, MADV_DONTFORK))
			err(1, "madvise");
	}
	stop = 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
