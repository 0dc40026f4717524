// SPDX-License-Identifier: GPL-2.0
/*
 * The tests' own device: what would hang or crash the machine is refused, too.
 */
#include "both_devices.h"

FIXTURE(ioctl)
{
	int fd;
	char *area;
	struct vma_test_hold hold;
	struct vma_test_op op;
	struct device device;
};

FIXTURE_SETUP(ioctl)
{
	self->fd = open_device("vma_lock_test");
	self->area = map_area();
	self->hold = (struct vma_test_hold){ .addr = (unsigned long)self->area };
	self->op = (struct vma_test_op){ .op = VMA_TEST_OP_PREDICATE };
	self->device = (struct device){
		.name = "vma_lock_test",
		.fd = self->fd,
		.hold = VMA_TEST_HOLD,
		.other = VMA_TEST_OP,
		.arg = &self->hold,
		.area = self->area,
		.none = 0x95,
	};
}

/* Whatever went wrong, the VMA can be write-locked, and so no count was left. */
FIXTURE_TEARDOWN(ioctl)
{
	EXPECT_EQ(0, munmap(self->area, AREA));
	close(self->fd);
}

TEST_F(ioctl, unknown_command)
{
	refuses_unknown_commands(_metadata, &self->device);
}

TEST_F(ioctl, wrong_size)
{
	refuses_wrong_sizes(_metadata, &self->device);
}

TEST_F(ioctl, bad_pointer)
{
	refuses_bad_pointers(_metadata, &self->device);
}

TEST_F(ioctl, bad_values)
{
	self->hold.flags = VMA_TEST_HOLD_FLAGS + 1;
	EXPECT_ERRNO(EINVAL, VMA_TEST_HOLD, &self->hold);
	self->hold.flags = ~0U;
	EXPECT_ERRNO(EINVAL, VMA_TEST_HOLD, &self->hold);
	/* A transient reader of a live VMA would be a bug. */
	self->hold.flags = VMA_TEST_HOLD_TRANSIENT;
	EXPECT_ERRNO(EINVAL, VMA_TEST_HOLD, &self->hold);
	self->hold = (struct vma_test_hold){ .hold_ms = 30001 };
	EXPECT_ERRNO(EINVAL, VMA_TEST_HOLD, &self->hold);
	self->hold = (struct vma_test_hold){ .spurious = 1001 };
	EXPECT_ERRNO(EINVAL, VMA_TEST_HOLD, &self->hold);

	self->op.flags = VMA_TEST_OP_FLAGS + 1;
	EXPECT_ERRNO(EINVAL, VMA_TEST_OP, &self->op);
	self->op.flags = 0;
	self->op.pad = 1;
	EXPECT_ERRNO(EINVAL, VMA_TEST_OP, &self->op);

	EXPECT_ERRNO(EINVAL, VMA_TEST_ATTACK, &((struct vma_test_attack){ .pad = 1 }));
	EXPECT_ERRNO(EINVAL, VMA_TEST_WALK, &((struct vma_test_walk){ .pad = 1 }));
}

TEST_F(ioctl, bad_implementation_or_operation)
{
	self->hold.impl = VMA_TEST_SEED + 1;
	EXPECT_ERRNO(EINVAL, VMA_TEST_HOLD, &self->hold);
	self->op.impl = ~0U;
	EXPECT_ERRNO(EINVAL, VMA_TEST_OP, &self->op);
	self->op.impl = 0;
	self->op.op = VMA_TEST_OP_OVERTAKE + 1;
	EXPECT_ERRNO(EINVAL, VMA_TEST_OP, &self->op);
	EXPECT_ERRNO(ENOENT, VMA_TEST_ATTACK, &((struct vma_test_attack){ .number = ~0U }));
	EXPECT_ERRNO(EINVAL, VMA_TEST_WALK, &((struct vma_test_walk){ .role = VMA_TEST_WALK_WRITER + 1 }));
}

/* What would wait for ever, or warn, is refused. */
TEST_F(ioctl, refused_operations)
{
	static const unsigned int writer_ops[] = {
		VMA_TEST_OP_ATTACH, VMA_TEST_OP_DETACH, VMA_TEST_OP_START_WRITE,
	};
	struct vma_test_op op;

	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_TEST_OP_SET_SEQ, 1, &op));
	EXPECT_EQ(-EDEADLK, vma_op(self->fd, 0, VMA_TEST_OP_DETACH, 0, &op));
	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_TEST_OP_END_READ, 0, &op));

	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_SET, 3, &op));
	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_TEST_OP_ATTACH, 0, &op));
	for (int i = 1; i < 3; i++)
		EXPECT_EQ(-EDEADLK, vma_op(self->fd, 0, writer_ops[i], 0, &op));
	self->hold.flags = VMA_TEST_HOLD_SYNTHETIC;
	EXPECT_ERRNO(EBUSY, VMA_TEST_HOLD, &self->hold);

	/* A read lock that only another call would drop. */
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_SET, 1, &op));
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_START_READ, 0, &op));
	EXPECT_EQ(-EDEADLK, vma_op(self->fd, 0, VMA_TEST_OP_START_WRITE, 0, &op));
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_END_READ, 0, &op));
	EXPECT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_START_WRITE, 0, &op));

	/* Saturated: even a reader would make refcount_t warn. */
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_SET, 0xc0000000, &op));
	EXPECT_EQ(-EINVAL, vma_op(self->fd, 0, VMA_TEST_OP_START_READ, 0, &op));
}

/* A detached synthetic VMA cannot be held, and its word not be set during a hold. */
TEST_F(ioctl, synthetic_hold)
{
	struct vma_test_op op;
	struct call holder;

	self->hold.flags = VMA_TEST_HOLD_SYNTHETIC;
	EXPECT_ERRNO(EAGAIN, VMA_TEST_HOLD, &self->hold);

	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_ATTACH, 0, &op));
	catch_sigusr1();
	self->hold.hold_ms = 30000;
	call_start(&holder, self->fd, VMA_TEST_HOLD, &self->hold);
	wait_until_held(1);
	EXPECT_EQ(-EBUSY, vma_op(self->fd, 0, VMA_TEST_OP_SET, 5, &op));
	EXPECT_EQ(EINTR, call_interrupt(&holder));
	EXPECT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_SET, 5, &op));

	/* Nobody invites this transient reader. */
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_SET, 1, &op));
	self->hold.flags |= VMA_TEST_HOLD_TRANSIENT;
	self->hold.hold_ms = 10;
	EXPECT_ERRNO(EAGAIN, VMA_TEST_HOLD, &self->hold);
}

TEST_HARNESS_MAIN
