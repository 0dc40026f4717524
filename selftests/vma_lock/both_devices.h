/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that the sample driver and the tests' own device must pass alike. Each is called in
 * a TEST_F of both.
 */
#ifndef SELFTESTS_BOTH_DEVICES_H
#define SELFTESTS_BOTH_DEVICES_H

#include "kselftest_harness.h"
#include "vma_lock.h"

/* A device, and two commands of it that read and write their argument. */
struct device {
	const char *name;
	int fd;
	unsigned long hold, other;
	void *arg;		/* of hold: a good one */
	char *area;		/* a VMA, which arg names */
	unsigned int none;	/* the number of no command */
};

#define EXPECT_ERRNO(err_, cmd_, arg_) do {				\
	EXPECT_EQ(-1, ioctl(self->fd, cmd_, arg_)) TH_LOG("no error");	\
	EXPECT_EQ(err_, errno) TH_LOG("%s", strerror(errno));		\
} while (0)

static inline void refuses_unknown_commands(struct __test_metadata *_metadata,
					    const struct device *self)
{
	const unsigned int nr = _IOC_NR(self->hold), size = _IOC_SIZE(self->hold);

	EXPECT_ERRNO(ENOTTY, _IO('v', self->none), 0);
	EXPECT_ERRNO(ENOTTY, _IO('v', nr), self->arg);
	EXPECT_ERRNO(ENOTTY, _IOC(_IOC_WRITE, 'v', nr, size), self->arg);
	EXPECT_ERRNO(ENOTTY, _IOC(_IOC_READ | _IOC_WRITE, 'w', nr, size), self->arg);
	EXPECT_ERRNO(ENOTTY, 0, 0);
	EXPECT_ERRNO(ENOTTY, ~0U, ~0UL);
}

#define IOWR(nr, size) _IOC(_IOC_READ | _IOC_WRITE, 'v', nr, size)

static inline void refuses_wrong_sizes(struct __test_metadata *_metadata,
				       const struct device *self)
{
	const unsigned int nr = _IOC_NR(self->hold), size = _IOC_SIZE(self->hold);
	char big[256] = {};

	ASSERT_LE(size + 8, sizeof(big));
	EXPECT_ERRNO(ENOTTY, IOWR(nr, size - 8), big);
	EXPECT_ERRNO(ENOTTY, IOWR(nr, size + 8), big);
	EXPECT_ERRNO(ENOTTY, IOWR(_IOC_NR(self->other), size), big);
}

static inline void refuses_bad_pointers(struct __test_metadata *_metadata,
					const struct device *self)
{
	char *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, readonly);
	EXPECT_ERRNO(EFAULT, self->hold, NULL);
	EXPECT_ERRNO(EFAULT, self->hold, -1UL);
	EXPECT_ERRNO(EFAULT, self->hold, 0xffff888000000000UL);
	EXPECT_ERRNO(EFAULT, self->other, NULL);
	/* Readable, so the call is made; its result has nowhere to go. */
	EXPECT_ERRNO(EFAULT, self->other, readonly);
	/* Across the end of what is mapped. */
	EXPECT_ERRNO(EFAULT, self->hold, self->area + AREA - 8);
}

/* A process killed in a hold, with a writer waiting, must go: nothing is left locked. */
static inline void is_killed_during_hold(struct __test_metadata *_metadata,
					 const struct device *self)
{
	_Atomic pid_t pid = fork();
	unsigned long long start;
	int status;

	ASSERT_GE(pid, 0);
	if (!pid) {
		struct call holder;

		call_start(&holder, self->fd, self->hold, self->arg);
		wait_until(self->name, "held", 1);
		munmap(self->area, AREA);
		_exit(1);
	}
	wait_until_blocked(&pid);
	start = now_ns();
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_LT(now_ns() - start, 5000 * NSEC_PER_MSEC);
}

#endif /* SELFTESTS_BOTH_DEVICES_H */
