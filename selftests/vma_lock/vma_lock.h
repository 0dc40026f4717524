/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests have in common.
 */
#ifndef SELFTESTS_VMA_LOCK_H
#define SELFTESTS_VMA_LOCK_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../vma_lock_test/vma_lock_test.h"

/* The words of the protocol, as the kernel's include/linux/mm_types.h has them. */
#define FLAG	(1U << 30)
#define LIMIT	(FLAG - 1)

#define PAGE	4096UL
#define AREA	(16 * PAGE)

#define NSEC_PER_MSEC 1000000ULL

/* A line at a time, so that each result stands in the log next to what the kernel said. */
__attribute__((constructor)) static void line_buffered(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

static inline unsigned long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL * NSEC_PER_MSEC + ts.tv_nsec;
}

static inline void nap_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * NSEC_PER_MSEC };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static inline int open_device(const char *name)
{
	char path[40];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		/* Outside the harness's own reporting: without the device nothing runs. */
		printf("1..0 # SKIP %s: %s (insmod its module, be root)\n", path, strerror(errno));
		exit(4);
	}
	return fd;
}

/* An area that is one VMA: nothing around it that it could be merged with. */
static inline char *map_area(void)
{
	char *area = mmap(NULL, AREA + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED ||
	    mprotect(area + PAGE, AREA, PROT_READ | PROT_WRITE)) {
		perror("mmap");
		exit(1);
	}
	return area + PAGE;
}

/* An ioctl in a thread of its own. */
struct call {
	pthread_t thread;
	int fd;
	unsigned long cmd;
	void *arg;
	int err;		/* errno, 0 if there was none */
	_Atomic pid_t tid;
	unsigned long long end_ns;
};

static inline void *call_thread(void *data)
{
	struct call *call = data;

	call->tid = gettid();
	call->err = ioctl(call->fd, call->cmd, call->arg) ? errno : 0;
	call->end_ns = now_ns();
	return NULL;
}

static inline void call_start(struct call *call, int fd, unsigned long cmd, void *arg)
{
	call->fd = fd;
	call->cmd = cmd;
	call->arg = arg;
	call->tid = 0;
	if (pthread_create(&call->thread, NULL, call_thread, call)) {
		perror("pthread_create");
		exit(1);
	}
}

static inline int call_join(struct call *call)
{
	pthread_join(call->thread, NULL);
	return call->err;
}

/* With catch_sigusr1(). */
static inline int call_interrupt(struct call *call)
{
	pthread_kill(call->thread, SIGUSR1);
	return call_join(call);
}

/*
 * Reads a file into BUF. Not by stdio, which allocates: that may take the mmap
 * lock, for which a test's writers may be waiting or have made others wait.
 */
static inline int read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n > 0 ? 0 : -1;
}

/* What the driver says of this in the fdinfo of its open file. */
static inline unsigned int fdinfo(int fd, const char *name)
{
	char path[40], key[40], buf[512];
	const char *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	snprintf(key, sizeof(key), "\n%s:\t", name);
	line = read_file(path, buf, sizeof(buf)) ? NULL : strstr(buf, key);
	if (!line) {
		printf("# no %s in %s: %s\n", name, path, strerror(errno));
		exit(1);
	}
	return strtoul(line + strlen(key), NULL, 10);
}

/* Waits until the driver says N. */
static inline void wait_until(const char *device, const char *name, unsigned int n)
{
	unsigned long long end = now_ns() + 30000 * NSEC_PER_MSEC;
	int fd = open_device(device);
	unsigned int now;

	while ((now = fdinfo(fd, name)) != n) {
		if (now_ns() > end) {
			printf("# %s: %s is %u after 30 s, not %u\n", device, name, now, n);
			exit(1);
		}
		nap_ms(1);
	}
	close(fd);
}

/* Waits until N VMAs are held by VMA_TEST_HOLD. */
static inline void wait_until_held(unsigned int n)
{
	wait_until("vma_lock_test", "held", n);
}

/* Waits until a VMA_TEST_OP that takes the mmap write lock waits for nothing but readers. */
static inline void wait_until_writing(void)
{
	wait_until("vma_lock_test", "writing", 1);
}

/* Waits until the thread or process sleeps uninterruptibly or killably. */
static inline void wait_until_blocked(_Atomic pid_t *pid)
{
	unsigned long long end = now_ns() + 30000 * NSEC_PER_MSEC;
	char path[40], buf[256];

	do {
		const char *comm_end;

		snprintf(path, sizeof(path), "/proc/%d/stat", *pid);
		comm_end = read_file(path, buf, sizeof(buf)) ? NULL : strrchr(buf, ')');
		if (comm_end && comm_end[1] == ' ' && comm_end[2] == 'D')
			return;
		nap_ms(1);
	} while (now_ns() < end);
	printf("# thread %d does not block: %s\n", *pid, buf);
	exit(1);
}

/* For signals that are only to end a wait. */
static inline void on_signal(int sig)
{
}

static inline void catch_sigusr1(void)
{
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
}

static inline int vma_op(int fd, unsigned int impl, unsigned int op, unsigned int word,
			 struct vma_test_op *out)
{
	*out = (struct vma_test_op){ .op = op, .impl = impl, .word = word };
	return ioctl(fd, VMA_TEST_OP, out) ? -errno : 0;
}

/* Tell the harness that a splat is wanted, so that it is not a failure (qemu/splats). */
static inline void kmsg(const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror("/dev/kmsg");
	close(fd);
}

/* "Once" warnings fire again, and N splats of KIND are expected until expect_end(). */
static inline void expect_splat(const char *kind, unsigned int n)
{
	char text[80];
	int fd = open("/sys/kernel/debug/clear_warn_once", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		perror("clear_warn_once");
	close(fd);
	snprintf(text, sizeof(text), "vma_lock: expect splat %s %u\n", kind, n);
	kmsg(text);
}

static inline void expect_end(void)
{
	kmsg("vma_lock: expect end\n");
}

#endif /* SELFTESTS_VMA_LOCK_H */
