// SPDX-License-Identifier: GPL-2.0
/*
 * mmap() between two VMAs that it can be merged with, the second one faulted, while its first, second, ...
 * allocation fails: it fails or is done, the VMAs are whole, and the maple tree has nothing to say. TAP.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (3 * 4096UL)
#define MANY 100	/* more than mmap() has allocations */

static int word(const char *path, const char *text)
{
	int fd = open(path, O_RDWR);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -1;
	return fd;
}

/* Whether the kernel has said, since the last call, that an iterator was not where it should be. */
static int warned(int kmsg)
{
	char record[8192];
	int found = 0;
	ssize_t n;

	while ((n = read(kmsg, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (n <= 0)
			continue;
		record[n] = 0;
		found |= !!strstr(record, "WARN at __mas_set_range");
	}
	return found;
}

/* How much of what begins at @start is mapped without a gap. */
static unsigned long mapped(unsigned long start)
{
	unsigned long from, to, end = start;
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];

	if (!maps)
		err(1, "maps");
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && from <= end && to > end)
			end = to;
	fclose(maps);
	return end - start;
}

/* Returns whether an allocation was made to fail. */
static int nth_fails(int fail, int nth, int kmsg, int *bad)
{
	char text[16] = "";
	char *area = mmap(NULL, 5 * SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *first = area + SIZE;
	void *middle;
	int failed;

	if (area == MAP_FAILED || mprotect(first, 3 * SIZE, PROT_READ | PROT_WRITE) || munmap(first + SIZE, SIZE))
		err(1, "the area");
	first[2 * SIZE] = 1;
	warned(kmsg);
	snprintf(text, sizeof(text), "%d", nth);
	if (pwrite(fail, text, strlen(text), 0) < 0)
		err(1, "fail-nth");
	middle = mmap(first + SIZE, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(text, 0, sizeof(text));
	if (pread(fail, text, sizeof(text) - 1, 0) <= 0 || pwrite(fail, "0", 1, 0) < 0)
		err(1, "fail-nth");
	failed = !atoi(text);
	if (warned(kmsg)) {
		printf("# allocation %d failed, mmap() %s: the iterator was elsewhere\n", nth,
		       middle == MAP_FAILED ? "failed" : "went on");
		*bad = 1;
	}
	if (middle != MAP_FAILED && mapped((unsigned long)first) < 3 * SIZE) {
		printf("# allocation %d failed: mapped, and there is a gap\n", nth);
		*bad = 1;
	}
	munmap(area, 5 * SIZE);
	return failed;
}

int main(void)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK), fail, nth = 1, bad = 0;

	printf("KTAP version 1\n1..1\n");
	fail = open("/proc/self/fail-nth", O_RDWR);
	if (fail < 0 || word("/sys/kernel/debug/failslab/ignore-gfp-wait", "N") < 0) {
		printf("ok 1 a failed merge # SKIP no allocation can be made to fail here\n");
		return 0;
	}
	/* That an allocation is made to fail is no news. */
	word("/sys/kernel/debug/failslab/verbose", "0");
	word("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		err(1, "/dev/kmsg");
	while (nth < MANY && nth_fails(fail, nth, kmsg, &bad))
		nth++;
	printf("# %d allocations were made to fail, one at a time\n", nth - 1);
	bad |= nth == 1 || nth == MANY;
	printf("%sok 1 a failed merge\n", bad ? "not " : "");
	return bad;
}
