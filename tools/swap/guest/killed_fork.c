// SPDX-License-Identifier: GPL-2.0
/*
 * A fork waits for a reader of a VMA, and its process is killed: the writer in it has to
 * give up. fork is the one in the kernel that does so for a signal.
 *
 *   killed_fork SECONDS
 *
 * The reader is madvise(MADV_GUARD_INSTALL) of much memory, which takes a while.
 */
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE (256UL << 20)

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif

static char *area;

static void *reader(void *unused)
{
	for (;;)
		if (madvise(area, SIZE, MADV_GUARD_INSTALL) || madvise(area, SIZE, MADV_GUARD_REMOVE))
			_exit(2);
	return unused;
}

/* Forks, while a thread reads a VMA again and again, until it is killed. */
static void fork_for_ever(void)
{
	pthread_t thread;

	area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		_exit(2);
	area[0] = 1;	/* else the reader takes the mmap lock */
	/* A fork locks it, and does not copy all the guard pages. */
	if (madvise(area, SIZE, MADV_DONTFORK))
		_exit(2);
	if (pthread_create(&thread, NULL, reader, NULL))
		_exit(2);
	for (;;) {
		const pid_t pid = fork();

		if (pid < 0)
			_exit(2);
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	int killed = 0;

	for (; !killed || time(NULL) < end; killed++) {
		const pid_t pid = fork();
		int status;

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			fork_for_ever();
		usleep(50000 + killed * 7919 % 50000);
		if (kill(pid, SIGKILL) || waitpid(pid, &status, 0) != pid)
			err(1, "kill");
		if (!WIFSIGNALED(status)) {
			printf("# no MADV_GUARD_INSTALL here\n");
			return 4;
		}
	}
	return 0;
}
