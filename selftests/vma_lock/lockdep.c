// SPDX-License-Identifier: GPL-2.0
/*
 * What lockdep knows of VMA locks. Only on kernels with CONFIG_PROVE_LOCKING, and
 * last of all: it switches itself off with its first report.
 */
#include "kselftest_harness.h"
#include "vma_lock.h"

FIXTURE(lockdep)
{
	int fd;
};

FIXTURE_SETUP(lockdep)
{
	self->fd = open_device("vma_lock_test");
	if (access("/proc/lockdep", F_OK))
		SKIP(return, "no lockdep in this kernel");
}

FIXTURE_TEARDOWN(lockdep)
{
	close(self->fd);
}

/* A read lock that lockdep did not hear of would be released without having been held. */
TEST_F(lockdep, start_read_acquires)
{
	struct vma_test_hold hold = { .flags = VMA_TEST_HOLD_SYNTHETIC };
	struct vma_test_op op;

	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_ATTACH, 0, &op));
	EXPECT_EQ(0, ioctl(self->fd, VMA_TEST_HOLD, &hold));
}

/*
 * A put that forgot the release would leave the lock held on the way back to user
 * space, which lockdep reports, and the harness does not expect. All words, since
 * the last put, to 0, must release as well.
 */
TEST_F(lockdep, put_releases)
{
	static const unsigned int words[] = { 1, 2, FLAG + 1, FLAG + 2 };
	struct vma_test_op op;

	for (unsigned int i = 0; i < 4; i++) {
		ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_SET, words[i], &op));
		ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_END_READ, 0, &op));
	}
}

/* A VMA lock, then the mmap lock: the order of writers is the other one. */
TEST_F(lockdep, reports_inversion)
{
	struct vma_test_op op;

	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_ATTACH, 0, &op));
	ASSERT_EQ(0, vma_op(self->fd, 0, VMA_TEST_OP_START_WRITE, 0, &op));
	op = (struct vma_test_op){
		.op = VMA_TEST_OP_INVERSION,
		.flags = VMA_TEST_OP_MAY_WARN,
	};
	expect_splat("lockdep", 1);
	EXPECT_EQ(0, ioctl(self->fd, VMA_TEST_OP, &op)) TH_LOG("%s", strerror(errno));
	expect_end();
}

TEST_HARNESS_MAIN
