// SPDX-License-Identifier: GPL-2.0
/*
 * What a driver without unsafe code can do to the lock (selftests/vma_lock_test/attack.rs,
 * walk.rs): nothing comes of it. Whatever it was, afterwards the VMA has no reader,
 * can be read-locked and can be unmapped.
 */
#include "kselftest_harness.h"
#include "vma_lock.h"

FIXTURE(attack)
{
	int fd;
	char *area;
};

FIXTURE_VARIANT(attack)
{
	unsigned int number;
};

#define ATTACK(name_, number_) \
	FIXTURE_VARIANT_ADD(attack, name_) { .number = number_ }

ATTACK(forget_write_lock, 0);
ATTACK(lock_again_what_is_locked, 1);
ATTACK(exclude_what_is_write_locked, 2);
ATTACK(read_where_readers_are_excluded, 3);
ATTACK(leave_exclusion_early, 4);
ATTACK(sleep_in_exclusion, 5);
ATTACK(mix_with_the_kernels_guard, 6);
ATTACK(pile_up_readers, 7);
ATTACK(unlock_in_the_wrong_order, 8);
ATTACK(walk_beyond_the_end, 9);
ATTACK(zap_beyond_the_vma, 10);
ATTACK(believe_in_speculation, 11);
ATTACK(errors_are_errnos, 12);
ATTACK(change_flags, 13);

#define ATTACKS 14

FIXTURE_SETUP(attack)
{
	self->fd = open_device("vma_lock_test");
	self->area = map_area();
	memset(self->area, 1, AREA);
}

FIXTURE_TEARDOWN(attack)
{
	EXPECT_EQ(0, munmap(self->area, AREA));
	close(self->fd);
}

static int attack(int fd, unsigned int number, char *addr)
{
	struct vma_test_attack args = { .number = number, .addr = (unsigned long)addr };

	return ioctl(fd, VMA_TEST_ATTACK, &args) ? errno : 0;
}

TEST_F(attack, holds)
{
	struct vma_test_hold hold = { .addr = (unsigned long)self->area };

	ASSERT_EQ(0, attack(self->fd, variant->number, self->area + PAGE));
	ASSERT_EQ(0, ioctl(self->fd, VMA_TEST_HOLD, &hold));
	EXPECT_EQ(2, hold.refcnt_locked);
}

FIXTURE(programs)
{
	int fd;
	char *area;
};

FIXTURE_SETUP(programs)
{
	self->fd = open_device("vma_lock_test");
	self->area = map_area();
}

FIXTURE_TEARDOWN(programs)
{
	EXPECT_EQ(0, munmap(self->area, AREA));
	close(self->fd);
}

/* None is left out above. */
TEST_F(programs, are_all_run)
{
	EXPECT_EQ(ENOENT, attack(self->fd, ATTACKS, self->area));
	EXPECT_EQ(0, attack(self->fd, ATTACKS - 1, self->area));
	EXPECT_EQ(ENOMEM, attack(self->fd, ATTACKS - 1, NULL));
}

/* The write guard's flag is the one that fork looks at. */
TEST_F(programs, flag_is_seen_by_fork)
{
	unsigned char there;
	int status;
	pid_t pid;

	ASSERT_EQ(0, attack(self->fd, 13, self->area));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid)
		_exit(mincore(self->area, PAGE, &there) && errno == ENOMEM ? 0 : 1);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status) TH_LOG("the VMA was copied");
}

/*
 * A walk over two VMAs, and a writer at the right moment: it has write-locked the
 * second one and waits for the first, which the walk has locked. The search for
 * the second then waits for the mmap lock, which the writer holds.
 */
FIXTURE(walk)
{
	int fd;
	char *area;
};

FIXTURE_VARIANT(walk)
{
	unsigned int role;
	bool deadlocks;
};

FIXTURE_VARIANT_ADD(walk, unlocks_first) { .role = VMA_TEST_WALKER };
/* The mistake that the walk's type does not allow, by two walks: the test must see it. */
FIXTURE_VARIANT_ADD(walk, keeps_first) { .role = VMA_TEST_WALKER_KEEPS, .deadlocks = true };

FIXTURE_SETUP(walk)
{
	self->fd = open_device("vma_lock_test");
	self->area = map_area();
	ASSERT_EQ(0, mprotect(self->area + AREA / 2, AREA / 2, PROT_READ));
}

FIXTURE_TEARDOWN(walk)
{
	EXPECT_EQ(0, munmap(self->area, AREA));
	close(self->fd);
}

TEST_F(walk, with_writer)
{
	struct vma_test_walk walk = {
		.addr = (unsigned long)self->area,
		.role = variant->role,
	}, write = walk;
	unsigned long long end = now_ns() + 3000 * NSEC_PER_MSEC;
	struct call walker, writer;
	pid_t pid, ended = 0;
	int status = -1;

	if (variant->deadlocks && !access("/proc/lockdep", F_OK))
		SKIP(return, "lockdep would report it, and switch itself off");
	write.role = VMA_TEST_WALK_WRITER;
	write.second = (unsigned long)self->area + AREA / 2;
	/* A process of its own, to be killed if it hangs. */
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		call_start(&writer, self->fd, VMA_TEST_WALK, &write);
		call_start(&walker, self->fd, VMA_TEST_WALK, &walk);
		_exit(call_join(&walker) || call_join(&writer) || walk.second != write.second);
	}
	while (!ended && now_ns() < end) {
		ended = waitpid(pid, &status, WNOHANG);
		nap_ms(1);
	}
	if (!ended) {
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
	}
	EXPECT_EQ(variant->deadlocks, !ended) TH_LOG("%s", ended ? "it ends" : "it hangs");
	if (ended)
		EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
