// SPDX-License-Identifier: GPL-2.0
/*
 * mprotect() of a VMA that somebody has read-locked waits for the reader, also if mm_lock_seq has
 * overflowed and is the VMA's vm_lock_seq again. TAP.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wrap.h"

#define SIZE 4096

static int device;
static void *shared;	/* what no other VMA is merged with */
static int start[2];

static void *reader(void *result)
{
	char c;

	if (read(start[0], &c, 1) != 1)
		err(1, "pipe");
	*(int *)result = ioctl(device, WRAP_HOLD, shared);
	return NULL;
}

/* One write lock of the mmap lock, and none of a VMA: nothing is there to unmap. */
static void write_lock(void)
{
	munmap(NULL, SIZE);
}

/* Whether mprotect() came back while the VMA was read-locked. */
static int both_in(int overflow)
{
	pthread_t thread;
	int result = -1, locks = 0;

	device = open("/dev/wrap", O_RDWR);
	if (device < 0 || pipe(start) || pthread_create(&thread, NULL, reader, &result))
		err(1, "/dev/wrap, or a thread");
	/* The VMA gets its number in mmap(), early in a round ... */
	if (overflow && ioctl(device, WRAP_SET, 2))
		err(1, "WRAP_SET");
	shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	/* ... is read-locked at the end of the round ... */
	if (overflow && ioctl(device, WRAP_SET, 0xfffffffe))
		err(1, "WRAP_SET");
	if (write(start[1], "", 1) != 1 || ioctl(device, WRAP_HELD))
		err(1, "WRAP_HELD");
	/* ... and write-locked when it is the turn of its number. */
	while (overflow && ioctl(device, WRAP_DISTANCE, shared)) {
		write_lock();
		if (++locks > 10)
			break;	/* it has another number */
	}
	mprotect(shared, SIZE, PROT_READ);
	ioctl(device, WRAP_DONE);
	pthread_join(thread, NULL);
	if (result < 0)
		errx(1, "WRAP_HOLD");
	munmap(shared, SIZE);
	close(device);
	return result;
}

int main(void)
{
	int fd = open("/modules/wrap.ko", O_RDONLY), failed = 0;

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err(1, "wrap.ko");
	printf("KTAP version 1\n1..2\n");
	for (int overflow = 0; overflow < 2; overflow++) {
		int result = both_in(overflow);

		printf("%sok %d a writer waits for a reader%s\n", result ? "not " : "", overflow + 1,
		       overflow ? ", after an overflow" : "");
		failed |= result;
	}
	return failed;
}
