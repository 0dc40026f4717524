// SPDX-License-Identifier: GPL-2.0
/*
 * Live VMAs: read locks of this very process's VMAs, put by vma_refcount_put()
 * while other threads sit in munmap(), mprotect() and mmap(MAP_FIXED).
 *
 * The locker is ours; the put is ours (rust; seed: as it was called then) or the kernel's (c).
 */
#include "both_devices.h"
#include "writer.h"

#define WRITERS 4	/* of each kind */

FIXTURE(live)
{
	int fd;
	char *area;
	struct vma_test_hold hold;	/* until a signal comes */
};

FIXTURE_VARIANT(live)
{
	unsigned int impl;
};

FIXTURE_VARIANT_ADD(live, rust) { .impl = VMA_TEST_RUST };
FIXTURE_VARIANT_ADD(live, c) { .impl = VMA_TEST_C };
FIXTURE_VARIANT_ADD(live, seed) { .impl = VMA_TEST_SEED };

FIXTURE_SETUP(live)
{
	self->fd = open_device("vma_lock_test");
	self->area = map_area();
	self->hold = (struct vma_test_hold){
		.addr = (unsigned long)self->area,
		.impl = variant->impl,
		.hold_ms = 30000,
	};
	catch_sigusr1();
}

FIXTURE_TEARDOWN(live)
{
	close(self->fd);
}

/* Returns when the VMA is held. */
static void hold_start(struct call *holder, int fd, struct vma_test_hold *hold)
{
	call_start(holder, fd, VMA_TEST_HOLD, hold);
	wait_until_held(1);
}

/* A lost decrement shows in the second hold, a wrong lookup in the range. */
TEST_F(live, hold_and_put)
{
	self->hold.addr += PAGE + 1;
	self->hold.hold_ms = 0;
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, ioctl(self->fd, VMA_TEST_HOLD, &self->hold))
			TH_LOG("%s", strerror(errno));
		EXPECT_EQ((unsigned long)self->area, self->hold.vm_start);
		EXPECT_EQ((unsigned long)self->area + AREA, self->hold.vm_end);
		EXPECT_EQ(2, self->hold.refcnt_locked);
		EXPECT_EQ(2, self->hold.refcnt_put);
		EXPECT_EQ(0, self->hold.waiter);
	}
}

/* Readers do not exclude each other: a page fault goes on under the lock. */
static void *touch(void *addr)
{
	static unsigned long long end_ns;

	*(volatile char *)addr = 1;
	end_ns = now_ns();
	return &end_ns;
}

TEST_F(live, page_fault_during_hold)
{
	struct call holder;
	pthread_t toucher;
	void *end_ns;

	hold_start(&holder, self->fd, &self->hold);
	ASSERT_EQ(0, pthread_create(&toucher, NULL, touch, self->area));
	pthread_join(toucher, &end_ns);
	ASSERT_EQ(EINTR, call_interrupt(&holder));
	EXPECT_LT(*(unsigned long long *)end_ns, self->hold.put_ns);
}

/* The hold ends when the writer waits for it; then the writer does. */
static void meet_writer(struct __test_metadata *_metadata, int fd, struct vma_test_hold *hold,
			struct writer *w, enum writer_kind kind, char *addr)
{
	struct call holder;

	hold->flags |= VMA_TEST_HOLD_UNTIL_WAITER;
	hold_start(&holder, fd, hold);
	writer_start(w, kind, addr);
	ASSERT_EQ(0, call_join(&holder));
	EXPECT_EQ(0, writer_join(w));
	EXPECT_EQ(w->tid, (pid_t)hold->waiter);
	EXPECT_GT(w->end_ns, hold->put_ns);
}

/* Each kind of writer by itself: it sleeps until the put, which wakes it. */
static void one_writer(struct __test_metadata *_metadata, FIXTURE_DATA(live) *self,
		       enum writer_kind kind)
{
	struct writer w;

	meet_writer(_metadata, self->fd, &self->hold, &w, kind, self->area + 2 * PAGE);
	EXPECT_EQ(2, self->hold.refcnt_locked);
	EXPECT_EQ(FLAG + 2, self->hold.refcnt_put);
	TH_LOG("thread %d woken %llu us after the put", w.tid,
	       (w.end_ns - self->hold.put_ns) / 1000);
}

TEST_F(live, put_wakes_munmap)
{
	one_writer(_metadata, self, MUNMAP);
}

TEST_F(live, put_wakes_mprotect)
{
	one_writer(_metadata, self, MPROTECT);
}

TEST_F(live, put_wakes_map_fixed)
{
	one_writer(_metadata, self, MAP_FIXED_OVER);
}

/*
 * Many writers of all kinds: one sleeps for the reader, the others for the
 * mmap lock that it holds. All of them get through, none before the put.
 */
static pthread_barrier_t all_there;

static void *write_vma_together(void *data)
{
	pthread_barrier_wait(&all_there);
	return write_vma(data);
}

TEST_F(live, put_releases_many_writers)
{
	struct writer w[WRITER_KINDS * WRITERS] = {};
	struct call holder;
	bool waiter_is_ours = false;

	/* The threads are there before the first one blocks: creating one maps its stack. */
	pthread_barrier_init(&all_there, NULL, WRITER_KINDS * WRITERS + 1);
	for (int i = 0; i < WRITER_KINDS * WRITERS; i++) {
		w[i].kind = i % WRITER_KINDS;
		w[i].addr = self->area + (i + 2) * PAGE;
		ASSERT_EQ(0, pthread_create(&w[i].thread, NULL, write_vma_together, &w[i]));
	}
	hold_start(&holder, self->fd, &self->hold);
	pthread_barrier_wait(&all_there);
	for (int i = 0; i < WRITER_KINDS * WRITERS; i++)
		wait_until_blocked(&w[i].tid);
	ASSERT_EQ(EINTR, call_interrupt(&holder));

	for (int i = 0; i < WRITER_KINDS * WRITERS; i++) {
		EXPECT_EQ(0, writer_join(&w[i]));
		EXPECT_GT(w[i].end_ns, self->hold.put_ns);
		waiter_is_ours |= (pid_t)self->hold.waiter == w[i].tid;
	}
	EXPECT_EQ(FLAG + 2, self->hold.refcnt_put);
	EXPECT_TRUE(waiter_is_ours);
}

/* Woken for nothing, a writer looks again and goes back to sleep, every time. */
TEST_F(live, spurious_wakeups)
{
	struct writer w;

	self->hold.spurious = 20;
	meet_writer(_metadata, self->fd, &self->hold, &w, MUNMAP, self->area);
	EXPECT_EQ(20, self->hold.slept_again);
}

/* Two readers: the first put must leave the writer asleep, the last one wakes it. */
TEST_F(live, last_of_two_readers_wakes)
{
	struct vma_test_hold first = self->hold, last = first;
	struct call holder[2];
	struct writer w;

	call_start(&holder[0], self->fd, VMA_TEST_HOLD, &first);
	call_start(&holder[1], self->fd, VMA_TEST_HOLD, &last);
	wait_until_held(2);
	writer_start(&w, MPROTECT, self->area);
	wait_until_blocked(&w.tid);
	/* Not joined yet: a thread that ends frees its stack, and waits for the writer. */
	pthread_kill(holder[0].thread, SIGUSR1);
	wait_until_held(1);
	wait_until_blocked(&w.tid);
	pthread_kill(holder[1].thread, SIGUSR1);
	ASSERT_EQ(EINTR, call_join(&holder[0]));
	ASSERT_EQ(EINTR, call_join(&holder[1]));
	EXPECT_EQ(0, writer_join(&w));

	EXPECT_EQ(FLAG + 3, first.refcnt_put);
	EXPECT_EQ(FLAG + 2, last.refcnt_put);
	EXPECT_GT(w.end_ns, last.put_ns);
}

/* A signal ends the hold at once, and with it the writer's wait. */
TEST_F(live, signal_ends_hold)
{
	struct call holder;
	struct writer w;

	/* The writer may have slept for something else when the signal came: then once more. */
	for (int tries = 0; tries < 5 && !self->hold.waiter; tries++) {
		if (tries)
			self->area = map_area();
		self->hold.addr = (unsigned long)self->area;
		hold_start(&holder, self->fd, &self->hold);
		writer_start(&w, MUNMAP, self->area);
		wait_until_blocked(&w.tid);
		EXPECT_EQ(EINTR, call_interrupt(&holder));
		EXPECT_EQ(0, writer_join(&w));
		EXPECT_LT(self->hold.put_ns - self->hold.locked_ns, 15000 * NSEC_PER_MSEC);
	}
	EXPECT_EQ(w.tid, (pid_t)self->hold.waiter);
}

TEST_F(live, kill_during_hold)
{
	is_killed_during_hold(_metadata, &(struct device){
		.name = "vma_lock_test",
		.fd = self->fd,
		.hold = VMA_TEST_HOLD,
		.arg = &self->hold,
		.area = self->area,
	});
}

/*
 * fork() write-locks each VMA killably. Killed in that wait it must go at once,
 * and leave no flag behind: the reader that it waited for is still there.
 *
 * Holder and forker are processes of their own that share an mm, so that the
 * signal hits but one. This process is a third one, with another mm: in theirs
 * every page fault would wait for the fork.
 */
struct fork_test {
	int fd;
	struct vma_test_hold hold, other;
	pid_t holder;
	_Atomic pid_t forker;
	char stack[2][64 * 1024] __attribute__((aligned(16)));
};

static int hold_vma(void *data)
{
	struct fork_test *t = data;

	return ioctl(t->fd, VMA_TEST_HOLD, &t->hold) ? errno : 0;
}

static int fork_once(void *data)
{
	pid_t pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		_exit(0);
	return pid < 0;
}

/* A process of its own with this mm; it dies with the test if there is none to be had. */
static pid_t share_mm(struct fork_test *t, int (*fn)(void *), char *stack)
{
	pid_t pid = clone(fn, stack + sizeof(t->stack[0]), CLONE_VM | CLONE_PARENT | SIGCHLD, t);

	if (pid < 0) {
		perror("clone");
		exit(1);
	}
	return pid;
}

TEST_F(live, fork_killed_while_waiting)
{
	struct fork_test *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long long killed;
	int status, go[2];
	pid_t owner;

	ASSERT_NE(MAP_FAILED, t);
	t->fd = self->fd;
	t->hold = t->other = self->hold;
	t->other.hold_ms = 0;
	ASSERT_EQ(0, pipe(go));
	owner = fork();
	ASSERT_GE(owner, 0);
	if (!owner) {
		t->holder = share_mm(t, hold_vma, t->stack[0]);
		wait_until_held(1);
		t->forker = share_mm(t, fork_once, t->stack[1]);
		if (read(go[0], &status, 1) != 1)
			_exit(1);
		_exit(ioctl(t->fd, VMA_TEST_HOLD, &t->other) ? errno : 0);
	}
	while (!t->forker && !waitpid(owner, &status, WNOHANG))
		nap_ms(1);
	ASSERT_GT(t->forker, 0);
	ASSERT_GT(t->holder, 0);
	wait_until_blocked(&t->forker);
	EXPECT_EQ(0, waitpid(t->forker, &status, WNOHANG)) TH_LOG("fork did not wait");
	killed = now_ns();
	kill(t->forker, SIGKILL);
	ASSERT_EQ(t->forker, waitpid(t->forker, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));

	/* The holder holds on, and the flag is gone: a second reader gets in. */
	ASSERT_EQ(1, write(go[1], "", 1));
	ASSERT_EQ(owner, waitpid(owner, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(3, t->other.refcnt_locked);
	kill(t->holder, SIGTERM);
	ASSERT_EQ(t->holder, waitpid(t->holder, &status, 0));
	EXPECT_EQ(2, t->hold.refcnt_put);
	EXPECT_GT(t->hold.put_ns, killed);
}

/* The negative control: without the wakeup the writer stays asleep. */
FIXTURE(control)
{
	int fd;
	char *area;
};

FIXTURE_SETUP(control)
{
	self->fd = open_device("vma_lock_test");
	self->area = map_area();
}

FIXTURE_TEARDOWN(control)
{
	close(self->fd);
}

TEST_F(control, no_wake_leaves_writer_asleep)
{
	struct vma_test_hold hold = {
		.addr = (unsigned long)self->area,
		.flags = VMA_TEST_HOLD_NO_WAKE,
		.hold_ms = 300,
	};
	struct writer w;

	meet_writer(_metadata, self->fd, &hold, &w, MUNMAP, self->area);
	EXPECT_EQ(1, hold.slept_again);
	/* It went on only after the late wakeup. */
	EXPECT_GE(w.end_ns, hold.put_ns + hold.hold_ms * NSEC_PER_MSEC);
}

/* The guards that hold no VMA read lock, and what others see while they are held. */
TEST_F(control, guards)
{
	struct vma_test_guards guards = { .addr = (unsigned long)self->area + PAGE };

	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, ioctl(self->fd, VMA_TEST_GUARDS, &guards)) TH_LOG("%s", strerror(errno));
		EXPECT_EQ(FLAG + 1, guards.refcnt_excluded);
		EXPECT_EQ(0, guards.readable_excluded);
		EXPECT_EQ(1, guards.refcnt_admitted);
		EXPECT_EQ(1, guards.readable_admitted);
		EXPECT_EQ(1, guards.refcnt_written);
		EXPECT_EQ(0, guards.readable_written);
		EXPECT_EQ(0, guards.speculates_written);
		EXPECT_EQ(2, guards.refcnt_downgraded);
		EXPECT_EQ(1, guards.undisturbed);
		EXPECT_EQ(1, guards.disturbed);
	}
	guards.addr = 0;
	EXPECT_EQ(-1, ioctl(self->fd, VMA_TEST_GUARDS, &guards));
	EXPECT_EQ(ENOMEM, errno);
}

TEST_HARNESS_MAIN
