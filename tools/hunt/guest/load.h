/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all loads have: arguments, random numbers, counters, children.
 *
 *   NAME SECONDS SEED
 *
 * A load prints its counters at the end, "# hunt: NAME COUNTER NUMBER", and exits with 0; with 1
 * if the kernel has told it something wrong; with 4, and a reason, if it cannot do its work here.
 * All choices come from the seed. Children die with their parent, and add to the same counters.
 */
#ifndef HUNT_LOAD_H
#define HUNT_LOAD_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNTERS 12

struct load_shared {
	struct {
		_Atomic(const char *) name;
		atomic_ulong number;
	} counter[COUNTERS];
};

static struct load_shared *load_shared;
static unsigned int load_seed;
static time_t load_end;
static long page;

/* xorshift: rand() is one lock for all threads. */
static inline uint32_t below(uint32_t *state, uint32_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % n;
}

/* Another row of numbers for each child and thread. */
static inline uint32_t row(uint32_t id)
{
	return (load_seed * 2654435761U + id * 40503U) | 1;
}

static inline time_t seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static inline int over(void)
{
	return seconds() >= load_end;
}

/* The names of the counters are string constants; a child has them at the same place. */
static inline void count(const char *name)
{
	for (int i = 0; i < COUNTERS; i++) {
		const char *found = NULL;

		if (atomic_compare_exchange_strong(&load_shared->counter[i].name, &found, name) || found == name) {
			load_shared->counter[i].number++;
			return;
		}
	}
	errx(1, "more than %d counters", COUNTERS);
}

/* count_result("move", result): moves, or how often it failed, which may be. */
#define count_result(name, failed) count((failed) ? name "-refused" : name)

/* The kernel is wrong, and this is how. */
#define wrong(...) do { printf("# wrong: " __VA_ARGS__); printf("\n"); fflush(stdout); _exit(1); } while (0)

static inline void load_begin(int argc, char **argv)
{
	load_end = seconds() + (argc > 1 ? atoi(argv[1]) : 1);
	load_seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	page = sysconf(_SC_PAGESIZE);
	load_shared = mmap(NULL, sizeof(*load_shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (load_shared == MAP_FAILED)
		err(1, "mmap");
	setvbuf(stdout, NULL, _IOLBF, 0);
}

static inline int load_finish(const char *path)
{
	const char *slash = strrchr(path, '/');

	for (int i = 0; i < COUNTERS && load_shared->counter[i].name; i++)
		printf("# hunt: %s %s %lu\n", slash ? slash + 1 : path, (const char *)load_shared->counter[i].name,
		       (unsigned long)load_shared->counter[i].number);
	return 0;
}

static inline void cannot(const char *why)
{
	printf("# cannot: %s\n", why);
	exit(4);
}

/* A file of /proc/PID; -1: it is too late for that. */
static inline int open_proc(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY);
}

static inline int write_to(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY);
	int failed;

	if (fd < 0)
		return -1;
	failed = write(fd, text, strlen(text)) < 0;
	close(fd);
	return failed ? -1 : 0;
}

static inline char *map(void *where, size_t pages, int prot, int flags)
{
	char *p = mmap(where, pages * page, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* A child that does WORK(argument) and exits with 0. */
static inline pid_t child(void (*work)(uint32_t), uint32_t argument)
{
	const pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	work(argument);
	_exit(0);
}

/* Waits for one that ends by itself, or has been killed. */
static inline void expect_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return;
	errx(1, "child %d ended with status %#x", pid, status);
}

static inline void thread(void *(*work)(void *), uintptr_t argument)
{
	pthread_t id;

	if (pthread_create(&id, NULL, work, (void *)argument))
		errx(1, "pthread_create");
	pthread_detach(id);
}

#endif
