// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever user space passes, it gets the documented error and nothing is left
 * locked.
 */
#include "kselftest_harness.h"
#include "vma_lock.h"

FIXTURE(ioctl)
{
	int fd;
	char *area;
	struct vma_lock_hold hold;
	struct vma_lock_op op;
};

FIXTURE_SETUP(ioctl)
{
	self->fd = open_device();
	self->area = map_area();
	self->hold = (struct vma_lock_hold){ .addr = (unsigned long)self->area };
	self->op = (struct vma_lock_op){ .op = VMA_LOCK_OP_PREDICATE };
}

/* Whatever went wrong, the VMA can be write-locked, and so no count was left. */
FIXTURE_TEARDOWN(ioctl)
{
	EXPECT_EQ(0, munmap(self->area, AREA));
	close(self->fd);
}

#define EXPECT_ERRNO(err_, cmd_, arg_) do {				\
	EXPECT_EQ(-1, ioctl(self->fd, cmd_, arg_)) TH_LOG("no error");	\
	EXPECT_EQ(err_, errno) TH_LOG("%s", strerror(errno));		\
} while (0)

TEST_F(ioctl, unknown_command)
{
	EXPECT_ERRNO(ENOTTY, _IO('v', 0x83), 0);
	EXPECT_ERRNO(ENOTTY, _IO('v', 0x80), &self->hold);
	EXPECT_ERRNO(ENOTTY, _IOW('v', 0x80, struct vma_lock_hold), &self->hold);
	EXPECT_ERRNO(ENOTTY, _IOWR('w', 0x80, struct vma_lock_hold), &self->hold);
	EXPECT_ERRNO(ENOTTY, 0, 0);
	EXPECT_ERRNO(ENOTTY, ~0U, ~0UL);
}

TEST_F(ioctl, wrong_size)
{
	char big[sizeof(struct vma_lock_hold) + 8] = {};

	EXPECT_ERRNO(ENOTTY, _IOWR('v', 0x80, char[sizeof(struct vma_lock_hold) - 8]), big);
	EXPECT_ERRNO(ENOTTY, _IOWR('v', 0x80, char[sizeof(struct vma_lock_hold) + 8]), big);
	EXPECT_ERRNO(ENOTTY, _IOWR('v', 0x81, struct vma_lock_hold), big);
}

TEST_F(ioctl, bad_pointer)
{
	char *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, readonly);
	EXPECT_ERRNO(EFAULT, VMA_LOCK_HOLD, NULL);
	EXPECT_ERRNO(EFAULT, VMA_LOCK_HOLD, -1UL);
	EXPECT_ERRNO(EFAULT, VMA_LOCK_HOLD, 0xffff888000000000UL);
	EXPECT_ERRNO(EFAULT, VMA_LOCK_OP, NULL);
	/* Readable, so the call is made; its result has nowhere to go. */
	EXPECT_ERRNO(EFAULT, VMA_LOCK_OP, readonly);
	/* Across the end of what is mapped. */
	EXPECT_ERRNO(EFAULT, VMA_LOCK_HOLD, self->area + AREA - 8);
}

TEST_F(ioctl, bad_flags)
{
	self->hold.flags = VMA_LOCK_HOLD_FLAGS + 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	self->hold.flags = ~0U;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	/* A transient reader of a live VMA would be a bug. */
	self->hold.flags = VMA_LOCK_HOLD_TRANSIENT;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);

	self->op.flags = VMA_LOCK_OP_FLAGS + 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_OP, &self->op);
	self->op.flags = 0;
	self->op.pad = 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_OP, &self->op);
}

TEST_F(ioctl, bad_implementation_or_operation)
{
	self->hold.impl = VMA_LOCK_C + 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	self->op.impl = ~0U;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_OP, &self->op);
	self->op.impl = 0;
	self->op.op = VMA_LOCK_OP_INVERSION + 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_OP, &self->op);
}

TEST_F(ioctl, times)
{
	struct call holder;
	unsigned int max;
	FILE *f = fopen("/sys/kernel/debug/rust_vma_lock/max_hold_ms", "r");

	self->hold.hold_ms = 0;
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
	EXPECT_EQ(2, self->hold.refcnt_locked);

	self->hold.hold_ms = ~0U;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	ASSERT_NE(NULL, f) TH_LOG("no debugfs");
	ASSERT_EQ(1, fscanf(f, "%u", &max));
	fclose(f);
	self->hold.hold_ms = max + 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);

	/* The maximum is good; there is no need to sit it out. */
	self->hold.hold_ms = max;
	self->hold.flags = VMA_LOCK_HOLD_UNTIL_WAITER;
	call_start(&holder, self->fd, VMA_LOCK_HOLD, &self->hold);
	wait_until_held(1);
	ASSERT_EQ(0, mprotect(self->area, PAGE, PROT_READ));
	EXPECT_EQ(0, call_join(&holder));
	self->hold.hold_ms = 0;
	self->hold.spurious = 1001;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
}

TEST_F(ioctl, addresses)
{
	/* Every address of a VMA finds it. */
	self->hold.addr = (unsigned long)self->area + AREA - 1;
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
	EXPECT_EQ((unsigned long)self->area, self->hold.vm_start);

	/* Not mapped, not user space, not an address. */
	self->hold.addr = 0;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
	EXPECT_ERRNO(ENOENT, VMA_LOCK_NEXT, &(struct vma_lock_next){ .addr = ~0UL });
	EXPECT_ERRNO(EFAULT, VMA_LOCK_NEXT, NULL);
	ASSERT_EQ(0, munmap(self->area + PAGE, PAGE));
	self->hold.addr = (unsigned long)self->area + PAGE;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
	self->hold.addr = 0xffffffff81000000UL;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
	self->hold.addr = ~0UL;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
}

/* An address that another process has mapped and this one has not. */
TEST_F(ioctl, address_of_another_process)
{
	int pipefd[2], status;
	char *theirs;
	pid_t pid;

	ASSERT_EQ(0, pipe(pipefd));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		theirs = map_area();
		status = write(pipefd[1], &theirs, sizeof(theirs));
		pause();
	}
	ASSERT_EQ(sizeof(theirs), read(pipefd[0], &theirs, sizeof(theirs)));
	self->hold.addr = (unsigned long)theirs;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

/* What would wait for ever, or warn, is refused. */
TEST_F(ioctl, refused_operations)
{
	static const unsigned int writer_ops[] = {
		VMA_LOCK_OP_ATTACH, VMA_LOCK_OP_DETACH, VMA_LOCK_OP_START_WRITE,
	};
	struct vma_lock_op op;

	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_LOCK_OP_SET_SEQ, 1, &op));
	EXPECT_EQ(-EDEADLK, vma_op(self->fd, 0, VMA_LOCK_OP_DETACH, 0, &op));
	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_LOCK_OP_END_READ, 0, &op));

	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_SET, 3, &op));
	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_LOCK_OP_ATTACH, 0, &op));
	for (int i = 1; i < 3; i++)
		EXPECT_EQ(-EDEADLK, vma_op(self->fd, 0, writer_ops[i], 0, &op));
	self->hold.flags = VMA_LOCK_HOLD_SYNTHETIC;
	EXPECT_ERRNO(EBUSY, VMA_LOCK_HOLD, &self->hold);

	/* A read lock that only another call would drop. */
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_SET, 1, &op));
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_START_READ, 0, &op));
	EXPECT_EQ(-EDEADLK, vma_op(self->fd, 0, VMA_LOCK_OP_START_WRITE, 0, &op));
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_END_READ, 0, &op));
	EXPECT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_START_WRITE, 0, &op));

	/* Saturated: even a reader would make refcount_t warn. */
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_SET, 0xc0000000, &op));
	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_LOCK_OP_START_READ, 0, &op));
}

/* A detached synthetic VMA cannot be held, and its word not be set during a hold. */
TEST_F(ioctl, synthetic_hold)
{
	struct vma_lock_op op;
	struct call holder;

	self->hold.flags = VMA_LOCK_HOLD_SYNTHETIC;
	EXPECT_ERRNO(EAGAIN, VMA_LOCK_HOLD, &self->hold);

	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_ATTACH, 0, &op));
	catch_sigusr1();
	self->hold.hold_ms = 10000;
	call_start(&holder, self->fd, VMA_LOCK_HOLD, &self->hold);
	wait_until_held(1);
	EXPECT_EQ(-EBUSY, vma_op(self->fd, 0, VMA_LOCK_OP_SET, 5, &op));
	pthread_kill(holder.thread, SIGUSR1);
	EXPECT_EQ(EINTR, call_join(&holder));
	EXPECT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_SET, 5, &op));

	/* Nobody invites this transient reader. */
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_LOCK_OP_SET, 1, &op));
	self->hold.flags |= VMA_LOCK_HOLD_TRANSIENT;
	self->hold.hold_ms = 10;
	EXPECT_ERRNO(EAGAIN, VMA_LOCK_HOLD, &self->hold);
}

/* Many calls at once, on one file and on the same VMA: all succeed, the count comes back to 1. */
#define CALLS 16

TEST_F(ioctl, concurrent_calls)
{
	struct vma_lock_hold hold[CALLS];
	struct call call[CALLS];

	for (int i = 0; i < CALLS; i++) {
		hold[i] = self->hold;
		hold[i].hold_ms = 100;
		hold[i].impl = i % 2;
		call_start(&call[i], self->fd, VMA_LOCK_HOLD, &hold[i]);
	}
	for (int i = 0; i < CALLS; i++) {
		EXPECT_EQ(0, call_join(&call[i]));
		EXPECT_LE(hold[i].refcnt_put, CALLS + 1);
		EXPECT_GE(hold[i].refcnt_put, 2);
	}
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
	EXPECT_EQ(2, self->hold.refcnt_locked);
}

TEST_HARNESS_MAIN
