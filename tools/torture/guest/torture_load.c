// SPDX-License-Identifier: GPL-2.0
/*
 * Processes whose VMAs are worth locking: their threads map, unmap, protect and move parts
 * of an area while others fault it in; they fork, exit, and are killed in the middle of it.
 *
 *   torture_load SECONDS SEED
 *
 * A thread finds in the area what it has written itself, or 0 in a new mapping. Anything
 * else is somebody else's page. A system call may fail for want of memory: faults are
 * injected. Exit: 0, 1 a wrong page or a process that ended as it should not.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS	2
#define FAULTERS 2
#define PAGES	16

static long page;
static char *area;
static unsigned int seed;
static __thread sigjmp_buf fault;

/* xorshift: rand() is one lock for all threads. */
static uint32_t below(uint32_t *state, uint32_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % n;
}

static uint32_t start_of(uint32_t id)
{
	return seed * 2654435761U + id * 40503U + 1;
}

/*
 * From now on allocations of this thread may fail, if somebody injects that. Not those of a
 * fork: no memory for a kernel stack is worth a stack trace to the kernel. The file is opened
 * only once, since open() fails too then.
 */
static void may_fail(const char *yes)
{
	static _Thread_local int fd = -1;

	if (fd < 0)
		fd = open("/proc/thread-self/make-it-fail", O_WRONLY);
	if (fd >= 0 && pwrite(fd, yes, 1, 0) != 1)
		warn("make-it-fail");
}

/* Not mapped, or not to be accessed, at this moment. */
static void on_fault(int sig)
{
	siglongjmp(fault, 1);
}

/* Tagged by its thread: so a page that was moved is still known. */
static void *faulter(void *arg)
{
	const uint32_t me = (uintptr_t)arg;
	volatile uint32_t *p;
	volatile uint32_t count = 0;
	uint32_t rnd, found;

	may_fail("1");
	for (;;) {
		rnd = start_of(++count * FAULTERS + me);
		p = (uint32_t *)(area + below(&rnd, PAGES) * page) + me;
		if (sigsetjmp(fault, 1))
			continue;
		found = *p;
		if (found && found >> 24 != me + 1)
			break;
		if (below(&rnd, 2))
			*p = (me + 1) << 24 | (count & 0xffffff);
	}
	printf("# thread %u found %#x\n", me, found);
	_exit(1);
}

static void fork_one(uint32_t *rnd)
{
	pid_t pid;

	may_fail("0");
	pid = fork();
	if (pid)
		may_fail("1");
	if (pid < 0)
		return;
	if (!pid) {
		if (!sigsetjmp(fault, 1))
			area[below(rnd, PAGES) * page] = 0;
		_exit(0);
	}
	if (below(rnd, 2))
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* One change of the address space; what fails is tried again some other time. */
static void change(uint32_t *rnd)
{
	const size_t from = below(rnd, PAGES), n = 1 + below(rnd, PAGES - from);
	char *const at = area + from * page;
	const size_t len = n * page;
	char *away;

	switch (below(rnd, 8)) {
	case 0:
		munmap(at, len);
		break;
	case 1:
		mprotect(at, len, PROT_READ);
		break;
	case 2:
		mprotect(at, len, PROT_READ | PROT_WRITE);
		break;
	case 3:
		/* Away, and back. */
		away = mremap(at, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, area + 2 * PAGES * page);
		if (away != MAP_FAILED)
			mremap(away, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, at);
		break;
	case 4:
		madvise(at, len, MADV_DONTNEED);
		break;
	case 5:
		fork_one(rnd);
		break;
	default:
		mmap(at, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	}
}

static void worker(uint32_t id)
{
	const struct sigaction action = { .sa_handler = on_fault };
	uint32_t rnd = start_of(id);
	pthread_t thread;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	for (uintptr_t i = 0; i < FAULTERS; i++)
		if (pthread_create(&thread, NULL, faulter, (void *)i))
			_exit(0);
	may_fail("1");
	for (int n = 500 + below(&rnd, 1000); n; n--)
		change(&rnd);
	_exit(0);
}

static pid_t start_worker(uint32_t id)
{
	pid_t pid;

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		worker(id);
	return pid;
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	unsigned int exits = 0, kills = 0;
	pid_t pid[WORKERS] = {};
	uint32_t rnd, id = 0;
	int status;

	seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	rnd = start_of(0);
	page = sysconf(_SC_PAGESIZE);
	/* Room for all; what is away stands in its last third. */
	area = mmap(NULL, 3 * PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");

	while (time(NULL) < end) {
		for (int i = 0; i < WORKERS; i++) {
			if (!pid[i])
				pid[i] = start_worker(++id);
			if (!below(&rnd, 50))
				kill(pid[i], SIGKILL);
			if (waitpid(pid[i], &status, WNOHANG) != pid[i])
				continue;
			pid[i] = 0;
			if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
				kills++;
			else if (WIFEXITED(status) && !WEXITSTATUS(status))
				exits++;
			else
				errx(1, "a worker ended with status %#x", status);
		}
		usleep(5000);
	}
	for (int i = 0; i < WORKERS; i++) {
		if (pid[i]) {
			kill(pid[i], SIGKILL);
			waitpid(pid[i], NULL, 0);
		}
	}
	printf("# load: %u workers ended, %u were killed\n", exits, kills);
	return 0;
}
