// SPDX-License-Identifier: GPL-2.0
/* How long an ordinary user needs for an overflow: write locks of the mmap lock, by munmap() of nothing. */
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define LOCKS 5000000

int main(void)
{
	struct timespec a, b;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < LOCKS; i++)
		munmap(NULL, 4096);
	clock_gettime(CLOCK_MONOTONIC, &b);
	seconds = b.tv_sec - a.tv_sec + (b.tv_nsec - a.tv_nsec) / 1e9;
	printf("# %d write locks in %.2f s; 2^31 take %.0f min\n", LOCKS, seconds, seconds / LOCKS * 0x80000000u / 60);
	return 0;
}
