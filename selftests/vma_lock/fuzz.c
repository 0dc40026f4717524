// SPDX-License-Identifier: GPL-2.0
/*
 * Random ioctls to both devices, by several threads and under signals, beside threads that
 * map, unmap and protect what the calls are about. Afterwards no VMA has a count too many,
 * all of them can be unmapped, the process goes, and the memory is back.
 *
 *   CALLS=N   how many (default 20000)
 *   SEED=N    the same arguments again, thread by thread (default: a random one); how the
 *             threads interleave is not repeated
 *
 * What the kernel says to it is for whoever reads its log to judge.
 */
#include "fuzz.h"

#define THREADS		3
#define ROUND		2000		/* calls of a process */
#define ROUND_MS	120000		/* a process that takes longer is stuck */

/* What a process says by its exit code. */
enum { GOOD, WRONG_ERRNO, COUNT_LEFT, NOT_UNMAPPED };

static unsigned int seed, round_nr;
static _Atomic bool stop;
static pthread_t callers[THREADS];
static _Atomic unsigned int calling;
static _Atomic int verdict;

/* Of all processes, in memory that they share. */
static _Atomic unsigned int *called, *succeeded;

static unsigned int start_of(unsigned int id)
{
	return (seed * 2654435761U + round_nr * 97U + id * 40503U) | 1;
}

static void call(unsigned int *s)
{
	static const int documented[] = {
		0, ENOMEM, EAGAIN, EBUSY, EINTR, EINVAL, EDEADLK, ETIME, ENOSPC, EOPNOTSUPP, ENOENT,
	};
	union arg arg;
	int fd, err;
	unsigned int cmd = fill(s, &arg, &fd), i;
	void *where = &arg;

	if (!rnd(s, 8))
		cmd = other_command(s, cmd);
	if (!rnd(s, 8)) {
		where = (void *)address(s);
		/* Not what is ours; and whatever an operation would find there, it might be to warn. */
		if (where == s || where == &fds || cmd == VMA_TEST_OP)
			where = area - PAGE + rnd(s, PAGE);
	}
	err = ioctl(fd, cmd, where) ? errno : 0;
	++*called;
	*succeeded += !err;

	if (!is_known(fd, cmd)) {
		if (err == ENOTTY)
			return;
	} else if (where != &arg && err == EFAULT) {
		return;
	} else {
		for (i = 0; i < ARRAY_SIZE(documented); i++)
			if (err == documented[i])
				return;
	}
	ksft_print_msg("round %u, command %#x: %s\n", round_nr, cmd, strerror(err));
	verdict = WRONG_ERRNO;
}

static void *caller(void *id)
{
	unsigned int state = start_of((unsigned long)id), i;

	for (i = 0; i < ROUND / THREADS; i++)
		call(&state);
	calling--;
	return NULL;
}

static void *mapper(void *unused)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	unsigned int s = start_of(THREADS);

	while (!stop) {
		void *where = (void *)page_at(&s);

		switch (rnd(&s, 4)) {
		case 0:
			munmap(where, PAGE);
			break;
		case 1:
			mprotect(where, PAGE, prots[rnd(&s, 3)]);
			break;
		default:
			mmap(where, PAGE, prots[rnd(&s, 3)], MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		}
	}
	return NULL;
}

/* Every VMA once more: the reader of this call is the only one. */
static int look_for_counts(void)
{
	struct vma_lock_next next = {};

	while (!ioctl(fds[0], VMA_LOCK_NEXT, &next)) {
		struct vma_lock_hold hold = { .addr = next.vm_start };

		if (ioctl(fds[0], VMA_LOCK_HOLD, &hold) || hold.refcnt_locked != 2) {
			ksft_print_msg("round %u: vm_refcnt %#x at %#llx\n", round_nr,
				       hold.refcnt_locked, (unsigned long long)next.vm_start);
			return COUNT_LEFT;
		}
		next.addr = next.vm_end;
	}
	return munmap(area - PAGE, AREA + 2 * PAGE) ? NOT_UNMAPPED : GOOD;
}

/* A process: its threads call, and are interrupted about once a millisecond. */
static int one_round(void)
{
	unsigned int s = start_of(THREADS + 1);
	pthread_t map;
	int left;

	fds[0] = open_device("vma_lock");
	fds[1] = open_device("vma_lock_test");
	area = map_area();
	catch_sigusr1();
	calling = THREADS;
	if (pthread_create(&map, NULL, mapper, NULL))
		return WRONG_ERRNO;
	for (unsigned long i = 0; i < THREADS; i++)
		if (pthread_create(&callers[i], NULL, caller, (void *)i))
			return WRONG_ERRNO;
	while (calling) {
		nap_ms(1);
		pthread_kill(callers[rnd(&s, THREADS)], SIGUSR1);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(callers[i], NULL);
	stop = true;
	pthread_join(map, NULL);
	left = look_for_counts();
	return verdict ?: left;
}

/* Runs it, and kills every eighth in the middle of it. Returns its verdict, or -1: it is stuck. */
static int run_round(unsigned int *s)
{
	const bool kill_it = !rnd(s, 8);
	unsigned long long end = now_ns() + ROUND_MS * NSEC_PER_MSEC;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!pid)
		_exit(one_round());
	if (kill_it) {
		nap_ms(rnd(s, 200));
		kill(pid, SIGKILL);
	}
	while (!waitpid(pid, &status, WNOHANG)) {
		if (now_ns() > end)
			return -1;
		nap_ms(1);
	}
	if (kill_it && WIFSIGNALED(status))
		return GOOD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : WRONG_ERRNO;
}

/* kB of memory that only the kernel can give back, once all that waits for RCU is freed. */
static long unreclaimable_kb(void)
{
	char buf[4096];
	const char *line;

	nap_ms(1000);
	line = read_file("/proc/meminfo", buf, sizeof(buf)) ? NULL : strstr(buf, "\nSUnreclaim:");
	return line ? atol(line + strlen("\nSUnreclaim:")) : -1;
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

int main(void)
{
	const unsigned int calls = number("CALLS", 20000), rounds = calls / ROUND + !!(calls % ROUND);
	/* Slabs that are not full: a page or some for each of the caches and CPUs. */
	const long tolerance_kb = 1024;
	static unsigned int bad[4];
	unsigned long long said = now_ns();
	long before = 0, after;
	unsigned int s, held;
	int fd[2];

	seed = number("SEED", now_ns());
	s = start_of(THREADS + 2);
	called = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (called == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	succeeded = called + 1;
	fd[0] = open_device("vma_lock");
	fd[1] = open_device("vma_lock_test");
	ksft_print_header();
	ksft_set_plan(5);
	ksft_print_msg("CALLS=%u SEED=%u\n", calls, seed);
	for (round_nr = 0; round_nr < rounds; round_nr++) {
		int ret;

		/* The first ones fill the caches. */
		if (round_nr == (rounds + 3) / 4)
			before = unreclaimable_kb();
		ret = run_round(&s);
		if (ret < 0) {
			ksft_print_msg("round %u does not end\n", round_nr);
			ksft_exit_fail_msg("a process is stuck\n");
		}
		bad[ret & 3]++;
		/* Whoever watches this is to see that it goes on. */
		if (now_ns() - said > 10000 * NSEC_PER_MSEC) {
			ksft_print_msg("round %u of %u\n", round_nr, rounds);
			said = now_ns();
		}
	}
	after = unreclaimable_kb();

	held = fdinfo(fd[0], "held") + fdinfo(fd[1], "held") + fdinfo(fd[1], "writing");
	ksft_print_msg("%u calls, %u succeeded\n", *called, *succeeded);
	ksft_print_msg("SUnreclaim: %ld kB, later %ld kB\n", before, after);
	/* Else all were refused at the door. */
	ksft_test_result(*succeeded > *called / 8, "calls_do_something\n");
	ksft_test_result(!bad[WRONG_ERRNO], "documented_errors_only\n");
	ksft_test_result(!bad[COUNT_LEFT] && !held, "no_count_is_left\n");
	ksft_test_result(!bad[NOT_UNMAPPED], "all_can_be_unmapped\n");
	ksft_test_result(after - before <= tolerance_kb, "memory_is_back\n");
	ksft_finished();
}
