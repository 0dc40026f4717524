// SPDX-License-Identifier: GPL-2.0
/*
 * The sample driver: VMAs of this very process read-locked, while other threads
 * write to them. And whatever user space passes, it gets the documented error and
 * nothing is left locked.
 */
#include "both_devices.h"
#include "writer.h"

#include "../../samples/rust_vma_lock/rust_vma_lock.h"

FIXTURE(sample)
{
	int fd;
	char *area;
	struct vma_lock_hold hold;
	struct device device;
};

FIXTURE_SETUP(sample)
{
	self->fd = open_device("vma_lock");
	self->area = map_area();
	self->hold = (struct vma_lock_hold){ .addr = (unsigned long)self->area };
	self->device = (struct device){
		.name = "vma_lock",
		.fd = self->fd,
		.hold = VMA_LOCK_HOLD,
		.other = VMA_LOCK_NEXT,
		.arg = &self->hold,
		.area = self->area,
		.none = 0x82,
	};
	catch_sigusr1();
}

/* Whatever went wrong, the VMA can be write-locked, and so no count was left. */
FIXTURE_TEARDOWN(sample)
{
	EXPECT_EQ(0, munmap(self->area, AREA));
	close(self->fd);
}

/* A lost decrement shows in the second hold, a wrong lookup in the range. */
TEST_F(sample, hold_and_put)
{
	self->hold.addr += PAGE + 1;
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
		EXPECT_EQ((unsigned long)self->area, self->hold.vm_start);
		EXPECT_EQ((unsigned long)self->area + AREA, self->hold.vm_end);
		EXPECT_EQ(2, self->hold.refcnt_locked);
		EXPECT_EQ(2, self->hold.refcnt_put);
		EXPECT_EQ(0, self->hold.writer_waits);
	}
}

/* The writer sleeps until the guard is dropped, which wakes it. */
TEST_F(sample, writer_waits)
{
	struct writer writer;
	struct call holder;

	self->hold.hold_ms = 5000;
	self->hold.flags = VMA_LOCK_HOLD_UNTIL_WRITER;
	call_start(&holder, self->fd, VMA_LOCK_HOLD, &self->hold);
	wait_until("vma_lock", "held", 1);
	writer_start(&writer, MPROTECT, self->area);
	ASSERT_EQ(0, call_join(&holder)) TH_LOG("%s", strerror(holder.err));
	EXPECT_EQ(0, writer_join(&writer));
	EXPECT_EQ(1, self->hold.writer_waits);
	EXPECT_EQ(2, self->hold.refcnt_locked);
	EXPECT_EQ(FLAG + 2, self->hold.refcnt_put);
}

/* A writer that waits for another VMA of the same mm is not one that waits for this VMA. */
TEST_F(sample, writer_of_another_vma)
{
	char *area = map_area();
	struct vma_lock_hold other = { .addr = (unsigned long)area, .hold_ms = 10000 };
	unsigned long long start;
	struct writer writer;
	struct call holder;

	call_start(&holder, self->fd, VMA_LOCK_HOLD, &other);
	wait_until("vma_lock", "held", 1);
	writer_start(&writer, MPROTECT, area);
	wait_until_blocked(&writer.tid);

	self->hold.hold_ms = 100;
	self->hold.flags = VMA_LOCK_HOLD_UNTIL_WRITER;
	start = now_ns();
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
	EXPECT_GE(now_ns() - start, 100 * NSEC_PER_MSEC);
	EXPECT_EQ(0, self->hold.writer_waits);
	EXPECT_EQ(2, self->hold.refcnt_put);

	EXPECT_EQ(EINTR, call_interrupt(&holder));
	EXPECT_EQ(0, writer_join(&writer));
	EXPECT_EQ(1, other.writer_waits);
	EXPECT_EQ(FLAG + 2, other.refcnt_put);
	EXPECT_EQ(0, munmap(area, AREA));
}

/* A signal ends the hold at once. */
TEST_F(sample, signal_ends_hold)
{
	unsigned long long start;
	struct call holder;

	self->hold.hold_ms = 10000;
	call_start(&holder, self->fd, VMA_LOCK_HOLD, &self->hold);
	wait_until("vma_lock", "held", 1);
	start = now_ns();
	EXPECT_EQ(EINTR, call_interrupt(&holder));
	EXPECT_EQ(2, self->hold.refcnt_put);
	EXPECT_LT(holder.end_ns - start, 5000 * NSEC_PER_MSEC);
}

TEST_F(sample, kill_during_hold)
{
	self->hold.hold_ms = 10000;
	is_killed_during_hold(_metadata, &self->device);
}

/* Many calls at once, on one file and on the same VMA: all succeed, the count comes back to 1. */
#define CALLS 16

TEST_F(sample, concurrent_calls)
{
	struct vma_lock_hold hold[CALLS];
	struct call call[CALLS];

	for (int i = 0; i < CALLS; i++) {
		hold[i] = self->hold;
		hold[i].hold_ms = 100;
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

/* lock_next_vma(): VMA by VMA the address space is what /proc/self/maps says. */
TEST_F(sample, walk_matches_maps)
{
	struct vma_lock_next next = {};
	unsigned long long start, end;
	char line[512];
	int n = 0;
	FILE *f = fopen("/proc/self/maps", "r");

	ASSERT_NE(NULL, f);
	while (fgets(line, sizeof(line), f)) {
		ASSERT_EQ(2, sscanf(line, "%llx-%llx", &start, &end));
		if (strstr(line, "[vsyscall]"))
			continue;	/* not a VMA */
		ASSERT_EQ(0, ioctl(self->fd, VMA_LOCK_NEXT, &next)) TH_LOG("%s", line);
		EXPECT_EQ(start, next.vm_start);
		EXPECT_EQ(end, next.vm_end);
		next.addr = next.vm_end;
		n++;
	}
	EXPECT_ERRNO(ENOENT, VMA_LOCK_NEXT, &next);
	EXPECT_GT(n, 5);
	fclose(f);
}

/*
 * The same while another thread maps and unmaps between two VMAs that stay: the
 * walk may or may not see what comes and goes, but never misses what stays.
 */
static _Atomic bool stop;

static void *churn(void *data)
{
	char *page = (char *)data + PAGE;

	while (!stop) {
		mprotect(page, PAGE, PROT_READ);
		munmap(page, PAGE);
		mmap(page, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	}
	return NULL;
}

TEST_F(sample, walk_misses_nothing)
{
	char *first = self->area, *last = self->area + 2 * PAGE;
	pthread_t thread;

	/* first (readable), a page in change, last (read-only). */
	ASSERT_EQ(0, munmap(last + PAGE, AREA - 3 * PAGE));
	ASSERT_EQ(0, mprotect(last, PAGE, PROT_READ | PROT_EXEC));
	stop = false;
	ASSERT_EQ(0, pthread_create(&thread, NULL, churn, first));
	for (int i = 0; i < 3000; i++) {
		struct vma_lock_next next = { .addr = (unsigned long)first };
		bool seen = false;

		while (next.addr < (unsigned long)last + PAGE) {
			if (ioctl(self->fd, VMA_LOCK_NEXT, &next))
				break;
			ASSERT_GT(next.vm_end, next.addr);
			seen |= next.vm_start == (unsigned long)last;
			next.addr = next.vm_end;
		}
		ASSERT_TRUE(seen) TH_LOG("round %d", i);
	}
	stop = true;
	pthread_join(thread, NULL);
}

TEST_F(sample, unknown_command)
{
	refuses_unknown_commands(_metadata, &self->device);
}

TEST_F(sample, wrong_size)
{
	refuses_wrong_sizes(_metadata, &self->device);
}

TEST_F(sample, bad_pointer)
{
	refuses_bad_pointers(_metadata, &self->device);
}

TEST_F(sample, bad_flags)
{
	self->hold.flags = VMA_LOCK_HOLD_FLAGS + 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	self->hold.flags = ~0U;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
}

/* What is not used yet may mean something one day. */
TEST_F(sample, bad_pad)
{
	self->hold.pad = 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	self->hold.pad = 1U << 31;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	self->hold.pad = 0;
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
}

/*
 * A real-time thread that has the CPU to itself but for short pauses, so that each nap of
 * anybody else lasts until its next pause.
 */
#define TURN_MS		20
#define PAUSE_MS	2

static _Atomic unsigned int turns;

static void *hog(void *unused)
{
	unsigned long long end;

	if (sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 }))
		return "no real-time threads";
	while (!stop) {
		end = now_ns() + TURN_MS * NSEC_PER_MSEC;
		while (now_ns() < end)
			;
		turns++;
		nap_ms(PAUSE_MS);
	}
	return NULL;
}

/*
 * Beside such a thread a hold ends by the clock, and not after so many naps. Turns are
 * counted, not time: on a slow machine they only get longer.
 */
TEST_F(sample, hold_is_bounded_by_the_clock)
{
	const unsigned int ms = 10 * TURN_MS;
	unsigned long long start;
	unsigned int before;
	pthread_t thread;
	cpu_set_t cpus;
	void *problem;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(cpus), &cpus));
	stop = false;
	turns = 0;
	ASSERT_EQ(0, pthread_create(&thread, NULL, hog, NULL));
	while (!turns && pthread_tryjoin_np(thread, &problem))
		nap_ms(1);
	if (!turns)
		SKIP(return, "%s", (char *)problem);

	start = now_ns();
	before = turns;
	self->hold.hold_ms = ms;
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
	EXPECT_GE(now_ns() - start, ms * NSEC_PER_MSEC);
	/* 10 of them, and some in which somebody else had the pause; by naps it would be 100. */
	EXPECT_LE(turns - before, 30);
	stop = true;
	pthread_join(thread, NULL);
}

TEST_F(sample, times)
{
	struct call holder;
	const unsigned int max = fdinfo(self->fd, "max_hold_ms");

	self->hold.hold_ms = 0;
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
	EXPECT_EQ(2, self->hold.refcnt_locked);

	self->hold.hold_ms = ~0U;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);
	self->hold.hold_ms = max + 1;
	EXPECT_ERRNO(EINVAL, VMA_LOCK_HOLD, &self->hold);

	/* The maximum is good; there is no need to sit it out. */
	self->hold.hold_ms = max;
	self->hold.flags = VMA_LOCK_HOLD_UNTIL_WRITER;
	call_start(&holder, self->fd, VMA_LOCK_HOLD, &self->hold);
	wait_until("vma_lock", "held", 1);
	ASSERT_EQ(0, mprotect(self->area, PAGE, PROT_READ));
	EXPECT_EQ(0, call_join(&holder));
}

TEST_F(sample, addresses)
{
	/* Every address of a VMA finds it. */
	self->hold.addr = (unsigned long)self->area + AREA - 1;
	EXPECT_EQ(0, ioctl(self->fd, VMA_LOCK_HOLD, &self->hold));
	EXPECT_EQ((unsigned long)self->area, self->hold.vm_start);

	/* Not mapped, not user space, not an address. */
	self->hold.addr = 0;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
	EXPECT_ERRNO(ENOENT, VMA_LOCK_NEXT, &(struct vma_lock_next){ .addr = ~0UL });
	ASSERT_EQ(0, munmap(self->area + PAGE, PAGE));
	self->hold.addr = (unsigned long)self->area + PAGE;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
	self->hold.addr = 0xffffffff81000000UL;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
	self->hold.addr = ~0UL;
	EXPECT_ERRNO(ENOMEM, VMA_LOCK_HOLD, &self->hold);
}

/* An address that another process has mapped and this one has not. */
TEST_F(sample, address_of_another_process)
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

TEST_HARNESS_MAIN
