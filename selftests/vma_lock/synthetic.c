// SPDX-License-Identifier: GPL-2.0
/*
 * Every row of the table of vm_refcnt values, on a VMA that no process has,
 * and the kernel's C and ours in turn on the same word.
 */
#include "kselftest_harness.h"
#include "vma_lock.h"

static const char *const names[] = { "rust", "c", "seed" };

/* Which side does what: all pairs, and the seed's names against C. */
FIXTURE(pair)
{
	int fd;
};

FIXTURE_VARIANT(pair)
{
	unsigned int reader;
	unsigned int writer;
};

FIXTURE_VARIANT_ADD(pair, rust_rust) { VMA_TEST_RUST, VMA_TEST_RUST };
FIXTURE_VARIANT_ADD(pair, rust_c) { VMA_TEST_RUST, VMA_TEST_C };
FIXTURE_VARIANT_ADD(pair, c_rust) { VMA_TEST_C, VMA_TEST_RUST };
FIXTURE_VARIANT_ADD(pair, c_c) { VMA_TEST_C, VMA_TEST_C };
FIXTURE_VARIANT_ADD(pair, seed_c) { VMA_TEST_SEED, VMA_TEST_C };
FIXTURE_VARIANT_ADD(pair, c_seed) { VMA_TEST_C, VMA_TEST_SEED };

FIXTURE_SETUP(pair)
{
	self->fd = open_device("vma_lock_test");
}

FIXTURE_TEARDOWN(pair)
{
	close(self->fd);
}

#define step(impl_, op_, ret_, before_, after_) do {					\
	struct vma_test_op o_;								\
	ASSERT_EQ(0, vma_op(self->fd, impl_, op_, 0, &o_)) TH_LOG(#op_);		\
	EXPECT_EQ(ret_, o_.ret) TH_LOG(#op_ " by %s", names[impl_]);			\
	EXPECT_EQ(before_, o_.refcnt_before) TH_LOG(#op_ " by %s", names[impl_]);	\
	EXPECT_EQ(after_, o_.refcnt_after) TH_LOG(#op_ " by %s", names[impl_]);	\
} while (0)

/* From detached to detached, twice: what one side leaves the other takes up. */
TEST_F(pair, life)
{
	unsigned int r = variant->reader, w = variant->writer;

	for (int i = 0; i < 2; i++) {
		step(r, VMA_TEST_OP_START_READ, -EAGAIN, 0, 0);
		step(w, VMA_TEST_OP_START_WRITE, 0, 0, 0);
		step(w, VMA_TEST_OP_ATTACH, 0, 0, 1);
		step(r, VMA_TEST_OP_START_READ, 0, 1, 2);
		step(w, VMA_TEST_OP_START_READ, 0, 2, 3);
		step(r, VMA_TEST_OP_END_READ, 0, 3, 2);
		step(w, VMA_TEST_OP_END_READ, 0, 2, 1);
		step(w, VMA_TEST_OP_START_WRITE, 0, 1, 1);
		step(r, VMA_TEST_OP_START_READ, 0, 1, 2);
		step(r, VMA_TEST_OP_END_READ, 0, 2, 1);
		step(w, VMA_TEST_OP_DETACH, 0, 1, 0);
	}
}

static void attach(struct __test_metadata *_metadata, int fd, unsigned int impl)
{
	struct vma_test_op op;

	ASSERT_EQ(0, vma_op(fd, impl, VMA_TEST_OP_ATTACH, 0, &op));
	ASSERT_EQ(1, op.refcnt_after);
}

/* A writer waits for a reader: FLAG + 2, then FLAG + 1 wakes it, then 1. */
TEST_F(pair, writer_waits_for_reader)
{
	struct vma_test_hold hold = {
		.impl = variant->reader,
		.flags = VMA_TEST_HOLD_SYNTHETIC | VMA_TEST_HOLD_UNTIL_WAITER,
		.hold_ms = 5000,
		.spurious = 5,
	};
	struct vma_test_op op = {
		.op = VMA_TEST_OP_START_WRITE,
		.impl = variant->writer,
		.flags = VMA_TEST_OP_AFTER_READER,
	};
	struct call reader, writer;

	attach(_metadata, self->fd, variant->writer);
	call_start(&reader, self->fd, VMA_TEST_HOLD, &hold);
	wait_until_held(1);
	call_start(&writer, self->fd, VMA_TEST_OP, &op);
	ASSERT_EQ(0, call_join(&reader)) TH_LOG("%s", strerror(reader.err));
	ASSERT_EQ(0, call_join(&writer)) TH_LOG("%s", strerror(writer.err));

	EXPECT_EQ(2, hold.refcnt_locked);
	EXPECT_EQ(FLAG + 2, hold.refcnt_put);
	EXPECT_EQ(writer.tid, (pid_t)hold.waiter);
	EXPECT_EQ(5, hold.slept_again);
	EXPECT_EQ(0, op.ret);
	EXPECT_GT(op.end_ns, hold.put_ns);
	EXPECT_EQ(1, op.refcnt_after);
}

/*
 * The slow detach: a reader raises the count of a write-locked VMA just before
 * it is detached. 2, 1, FLAG + 1 while the detacher sleeps, FLAG wakes it, 0.
 */
TEST_F(pair, detach_waits_for_transient_reader)
{
	struct vma_test_hold hold = {
		.impl = variant->reader,
		.flags = VMA_TEST_HOLD_SYNTHETIC | VMA_TEST_HOLD_TRANSIENT |
			 VMA_TEST_HOLD_UNTIL_WAITER,
		.hold_ms = 5000,
		.spurious = 5,
	};
	struct vma_test_op op = {
		.op = VMA_TEST_OP_DETACH,
		.impl = variant->writer,
		.flags = VMA_TEST_OP_AFTER_READER,
	};
	struct call reader, detacher;

	attach(_metadata, self->fd, variant->writer);
	call_start(&reader, self->fd, VMA_TEST_HOLD, &hold);
	call_start(&detacher, self->fd, VMA_TEST_OP, &op);
	ASSERT_EQ(0, call_join(&reader)) TH_LOG("%s", strerror(reader.err));
	ASSERT_EQ(0, call_join(&detacher)) TH_LOG("%s", strerror(detacher.err));

	/* The detacher may be on its way by the time the reader looks. */
	EXPECT_TRUE(hold.refcnt_locked == 2 || hold.refcnt_locked == 1 ||
		    hold.refcnt_locked == FLAG + 1)
		TH_LOG("vm_refcnt %#x", hold.refcnt_locked);
	EXPECT_EQ(FLAG + 1, hold.refcnt_put);
	EXPECT_EQ(detacher.tid, (pid_t)hold.waiter);
	EXPECT_EQ(5, hold.slept_again);
	EXPECT_GT(op.end_ns, hold.put_ns);
	EXPECT_EQ(0, op.refcnt_after);
	step(variant->reader, VMA_TEST_OP_START_READ, -EAGAIN, 0, 0);
}

/*
 * Two transient readers: the put of the first leaves FLAG + 1, which the
 * predicate takes for "excluded" too early. The detacher must sleep on.
 */
TEST_F(pair, detach_waits_for_last_of_two)
{
	struct vma_test_hold first = {
		.impl = variant->reader,
		.flags = VMA_TEST_HOLD_SYNTHETIC | VMA_TEST_HOLD_TRANSIENT,
		.hold_ms = 10000,
	}, last = first;
	struct vma_test_op op = {
		.op = VMA_TEST_OP_DETACH,
		.impl = variant->writer,
		.flags = VMA_TEST_OP_AFTER_READER,
		.word = 2,
	};
	struct call reader[2], detacher;

	catch_sigusr1();
	attach(_metadata, self->fd, variant->writer);
	call_start(&reader[0], self->fd, VMA_TEST_HOLD, &first);
	call_start(&reader[1], self->fd, VMA_TEST_HOLD, &last);
	call_start(&detacher, self->fd, VMA_TEST_OP, &op);
	wait_until_held(2);
	wait_until_writing();
	wait_until_blocked(&detacher.tid);
	ASSERT_EQ(EINTR, call_interrupt(&reader[0]));
	wait_until_blocked(&detacher.tid);
	ASSERT_EQ(EINTR, call_interrupt(&reader[1]));
	ASSERT_EQ(0, call_join(&detacher)) TH_LOG("%s", strerror(detacher.err));

	EXPECT_EQ(FLAG + 2, first.refcnt_put);
	EXPECT_EQ(FLAG + 1, last.refcnt_put);
	EXPECT_GT(op.end_ns, last.put_ns);
	EXPECT_EQ(0, op.refcnt_after);
}

/*
 * SIGKILL ends the wait of a killable writer, and the flag is given back: a
 * reader gets in, and the VMA can be detached, while the first reader stays.
 */
TEST_F(pair, killed_writer_gives_flag_back)
{
	struct vma_test_hold hold = {
		.impl = variant->reader,
		.flags = VMA_TEST_HOLD_SYNTHETIC,
		.hold_ms = 10000,
	}, other = hold;
	struct vma_test_op op = {
		.op = VMA_TEST_OP_START_WRITE,
		.impl = variant->writer,
		.flags = VMA_TEST_OP_AFTER_READER,
	};
	struct call reader;
	_Atomic pid_t pid;
	int status;

	catch_sigusr1();
	attach(_metadata, self->fd, variant->writer);
	call_start(&reader, self->fd, VMA_TEST_HOLD, &hold);
	wait_until_held(1);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid)
		_exit(ioctl(self->fd, VMA_TEST_OP, &op) ? 1 : 0);
	wait_until_writing();
	wait_until_blocked(&pid);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));

	/* The first reader still holds on; a second one finds no flag. */
	other.hold_ms = 0;
	ASSERT_EQ(0, ioctl(self->fd, VMA_TEST_HOLD, &other)) TH_LOG("%s", strerror(errno));
	EXPECT_EQ(3, other.refcnt_locked);
	ASSERT_EQ(EINTR, call_interrupt(&reader));
	EXPECT_EQ(2, hold.refcnt_put);
	step(variant->writer, VMA_TEST_OP_DETACH, 0, 1, 0);
}

/*
 * No reader gets in while the VMA is write-locked, whatever the sequence: just
 * begun, about to become UINT_MAX (what a new VMA's sequence is), or to wrap.
 */
TEST_F(pair, write_locked_keeps_readers_out)
{
	static const unsigned int seqs[] = { 0, 0x7ffffffe, 0xfffffffc, 0xfffffffe };
	unsigned int w = variant->writer;

	for (unsigned int i = 0; i < 4; i++) {
		struct vma_test_hold transient = {
			.impl = variant->reader,
			.flags = VMA_TEST_HOLD_SYNTHETIC | VMA_TEST_HOLD_TRANSIENT |
				 VMA_TEST_HOLD_UNTIL_WAITER,
			.hold_ms = 5000,
		}, reader = { .impl = variant->reader, .flags = VMA_TEST_HOLD_SYNTHETIC };
		struct vma_test_op op = {
			.op = VMA_TEST_OP_DETACH,
			.impl = w,
			.flags = VMA_TEST_OP_AFTER_READER,
		}, set;
		unsigned long long end;
		struct call detacher;

		ASSERT_EQ(0, vma_op(self->fd, w, VMA_TEST_OP_SET_SEQ, seqs[i], &set));
		attach(_metadata, self->fd, w);
		/* Unlocked, it can be read, even right after the wrap. */
		step(variant->reader, VMA_TEST_OP_START_READ, 0, 1, 2);
		step(variant->reader, VMA_TEST_OP_END_READ, 0, 2, 1);
		/* That was one write section: back to the sequence to be tried. */
		ASSERT_EQ(0, vma_op(self->fd, w, VMA_TEST_OP_SET_SEQ, seqs[i], &set));

		/* Once it is write-locked, and waiting for a transient reader, none other gets in. */
		call_start(&detacher, self->fd, VMA_TEST_OP, &op);
		for (end = now_ns() + 5000 * NSEC_PER_MSEC; now_ns() < end; )
			if (ioctl(self->fd, VMA_TEST_HOLD, &reader))
				break;
		for (int n = 0; n < 20; n++) {
			EXPECT_EQ(-1, ioctl(self->fd, VMA_TEST_HOLD, &reader));
			EXPECT_EQ(EAGAIN, errno) TH_LOG("sequence %#x: %s", seqs[i], strerror(errno));
		}
		EXPECT_EQ(0, ioctl(self->fd, VMA_TEST_HOLD, &transient));
		EXPECT_EQ(0, call_join(&detacher));
		EXPECT_EQ(0, op.refcnt_after);
	}
}

static void pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/*
 * The writer of a race, on another CPU. The reader will be stopped with interrupts off: by then the
 * writer must wait in the kernel, since a page fault of it may want all CPUs to flush their TLBs.
 */
static void call_writer(struct call *call, int fd, struct vma_test_op *writer)
{
	pin_to_cpu(1);
	call_start(call, fd, VMA_TEST_OP, writer);
	wait_until_blocked(&call->tid);
	pin_to_cpu(0);
}

/* Why no task can be stopped right behind an access to the lock, or NULL. */
static const char *no_race(void)
{
	struct vma_test_op set, op = {
		.op = VMA_TEST_OP_END_READ,
		.impl = VMA_TEST_C,
		.flags = VMA_TEST_OP_WATCH,
	};
	bool none;
	int fd;

	/* They wait for each other with interrupts off, so not on one CPU. */
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return "needs two CPUs";
	/* On a VMA of its own. */
	fd = open_device("vma_lock_test");
	none = !vma_op(fd, VMA_TEST_C, VMA_TEST_OP_SET, 2, &set) && ioctl(fd, VMA_TEST_OP, &op) &&
	       (errno == ENOSPC || errno == EOPNOTSUPP);
	close(fd);
	return none ? "no watchpoints that trap behind an access" : NULL;
}

#define needs_race() do { \
	const char *why = no_race(); \
	if (why) \
		SKIP(return, "%s", why); \
} while (0)

/*
 * CVE-2025-38554 with every step in its place: the VMA is reused by another mm,
 * whose writer comes and goes, mm and all, before the reader wakes it. The
 * reader must have grabbed that mm before it let go of the VMA.
 */
TEST_F(pair, vma_reused_by_other_mm)
{
	struct vma_test_op reader = {
		.op = VMA_TEST_OP_REUSE_READER,
		.impl = variant->reader,
	}, writer = {
		.op = VMA_TEST_OP_REUSE_WRITER,
		.impl = variant->writer,
	};
	struct call call;
	int err;

	needs_race();
	call_writer(&call, self->fd, &writer);
	err = ioctl(self->fd, VMA_TEST_OP, &reader) ? errno : 0;
	ASSERT_EQ(0, err) TH_LOG("%s", strerror(err));
	ASSERT_EQ(0, call_join(&call)) TH_LOG("%s", strerror(call.err));
	EXPECT_EQ(0, writer.ret);
	ASSERT_NE(-ETIME, reader.ret) TH_LOG("the steps did not come in order");
	EXPECT_EQ(1, reader.ret) TH_LOG("nobody kept the mm whose writer is to be woken");
}

/* A writer comes between a reader's first look and its increment, and does what WORD says. */
static void overtake(struct __test_metadata *_metadata, FIXTURE_DATA(pair) *self,
		     const FIXTURE_VARIANT(pair) *variant, unsigned int word, unsigned int flags,
		     int ret)
{
	struct vma_test_op reader = {
		.op = VMA_TEST_OP_OVERTAKEN,
		.impl = variant->reader,
		.flags = flags,
	}, writer = {
		.op = VMA_TEST_OP_OVERTAKE,
		.impl = variant->writer,
		.word = word,
	};
	struct call call;
	int err;

	call_writer(&call, self->fd, &writer);
	err = ioctl(self->fd, VMA_TEST_OP, &reader) ? errno : 0;
	ASSERT_EQ(0, err) TH_LOG("%s", strerror(err));
	ASSERT_EQ(0, call_join(&call)) TH_LOG("%s", strerror(call.err));
	EXPECT_EQ(ret, reader.ret);
	/* Whatever the reader had, it has given it back. */
	EXPECT_EQ(word == VMA_TEST_DETACH ? 0 : 1, reader.refcnt_after);
}

/* The first look said "not locked". The second one, with the count raised, must not. */
TEST_F(pair, reader_looks_again)
{
	needs_race();
	attach(_metadata, self->fd, variant->writer);
	overtake(_metadata, self, variant, VMA_TEST_STAY, 0, -EBUSY);
}

/* The write lock is over: the reader has it, and it is not where it was found. */
TEST_F(pair, vma_moved_before_it_was_locked)
{
	needs_race();
	attach(_metadata, self->fd, variant->writer);
	overtake(_metadata, self, variant, VMA_TEST_MOVE, 0, 0);
	overtake(_metadata, self, variant, VMA_TEST_MOVE, VMA_TEST_OP_FIND, -EBUSY);
}

/* Another one is the next one by now, and must not be passed over. */
TEST_F(pair, next_vma_replaced_before_it_was_locked)
{
	needs_race();
	attach(_metadata, self->fd, variant->writer);
	overtake(_metadata, self, variant, VMA_TEST_MOVE, VMA_TEST_OP_NEXT, 0);
	overtake(_metadata, self, variant, VMA_TEST_REPLACE, VMA_TEST_OP_NEXT, 1);
}

TEST_F(pair, vma_detached_before_it_was_locked)
{
	needs_race();
	attach(_metadata, self->fd, variant->writer);
	overtake(_metadata, self, variant, VMA_TEST_DETACH, 0, -EAGAIN);
	attach(_metadata, self->fd, variant->writer);
	overtake(_metadata, self, variant, VMA_TEST_DETACH, VMA_TEST_OP_FIND, -EBUSY);
	attach(_metadata, self->fd, variant->writer);
	overtake(_metadata, self, variant, VMA_TEST_DETACH, VMA_TEST_OP_NEXT, -ENOENT);
}

/* How the races above are made, whoever's code is in them. */
FIXTURE(race)
{
	int fd;
};

FIXTURE_SETUP(race)
{
	self->fd = open_device("vma_lock_test");
}

FIXTURE_TEARDOWN(race)
{
	close(self->fd);
}

/* A writer that comes for one kind of race leaves the other one alone: there the VMA is in another mm. */
TEST_F(race, keeps_to_its_writers)
{
	struct vma_test_op reused = {
		.op = VMA_TEST_OP_REUSE_READER,
		.impl = VMA_TEST_RUST,
	}, overtaken = {
		.op = VMA_TEST_OP_OVERTAKEN,
		.impl = VMA_TEST_RUST,
	}, writer = {
		.op = VMA_TEST_OP_OVERTAKE,
		.impl = VMA_TEST_C,
		.word = VMA_TEST_MOVE,
	};
	struct call call;

	needs_race();
	call_writer(&call, self->fd, &writer);
	EXPECT_EQ(0, ioctl(self->fd, VMA_TEST_OP, &reused)) TH_LOG("%s", strerror(errno));
	EXPECT_EQ(-ETIME, reused.ret) TH_LOG("the wrong writer has come");
	/* It has been waiting for this one. */
	attach(_metadata, self->fd, VMA_TEST_C);
	EXPECT_EQ(0, ioctl(self->fd, VMA_TEST_OP, &overtaken)) TH_LOG("%s", strerror(errno));
	EXPECT_EQ(0, call_join(&call)) TH_LOG("%s", strerror(call.err));
}

/* One side alone, word by word. */
FIXTURE(word)
{
	int fd;
};

FIXTURE_VARIANT(word)
{
	unsigned int impl;
};

FIXTURE_VARIANT_ADD(word, rust) { VMA_TEST_RUST };
FIXTURE_VARIANT_ADD(word, c) { VMA_TEST_C };

FIXTURE_SETUP(word)
{
	self->fd = open_device("vma_lock_test");
}

FIXTURE_TEARDOWN(word)
{
	close(self->fd);
}

struct row {
	unsigned int word;
	int excluded;
	int start_ret;
	unsigned int start_after;
	unsigned int end_after;
	bool start_warns, end_warns;
};

#define SATURATED 0xc0000000U

static const struct row rows[] = {
	/* detached */
	{ 0,		0, -EAGAIN,	0,		SATURATED,	false, true },
	/* attached */
	{ 1,		0, 0,		2,		0,		false, false },
	/* readers */
	{ 2,		0, 0,		3,		1,		false, false },
	{ 3,		0, 0,		4,		2,		false, false },
	{ LIMIT - 1,	0, 0,		LIMIT,		LIMIT - 2,	false, false },
	{ LIMIT,	0, -EBUSY,	LIMIT,		LIMIT - 1,	false, false },
	/* readers excluded */
	{ FLAG,		1, -EBUSY,	FLAG,		FLAG - 1,	false, false },
	{ FLAG + 1,	1, -EBUSY,	FLAG + 1,	FLAG,		false, false },
	/* waiting for readers */
	{ FLAG + 2,	0, -EBUSY,	FLAG + 2,	FLAG + 1,	false, false },
	{ FLAG + 3,	0, -EBUSY,	FLAG + 3,	FLAG + 2,	false, false },
	{ 0x7fffffff,	0, -EBUSY,	0x7fffffff,	0x7ffffffe,	false, false },
	/* saturated: the limit test wraps up to 0xbfffffff, from there on it passes */
	{ 0x80000000,	0, -EBUSY,	0x80000000,	SATURATED,	false, true },
	{ 0xbfffffff,	0, -EBUSY,	0xbfffffff,	SATURATED,	false, true },
	{ SATURATED,	0, 0,		SATURATED,	SATURATED,	true, true },
	{ SATURATED + 1, 0, 0,		SATURATED,	SATURATED,	true, true },
	{ 0xffffffff,	0, 0,		SATURATED,	SATURATED,	true, true },
};

#define for_each_row(row) \
	for (const struct row *row = rows; row < rows + sizeof(rows) / sizeof(*rows); row++)

/* 0xc0000000 and above hold the flag, but are not "excluded": the comparison is unsigned. */
TEST_F(word, are_readers_excluded)
{
	struct vma_test_op op;

	for_each_row(row) {
		ASSERT_EQ(0, vma_op(self->fd, variant->impl, VMA_TEST_OP_PREDICATE, row->word, &op));
		EXPECT_EQ(row->excluded, op.ret) TH_LOG("word %#x", row->word);
	}
}

static int set_and_do(int fd, unsigned int impl, unsigned int word, unsigned int op, bool warns,
		      struct vma_test_op *out)
{
	struct vma_test_op set;
	int ret = vma_op(fd, impl, VMA_TEST_OP_SET, word, &set);

	if (ret)
		return ret;
	*out = (struct vma_test_op){ .op = op, .impl = impl };
	if (warns) {
		out->flags = VMA_TEST_OP_MAY_WARN;
		expect_splat("refcount", 1);
	}
	ret = ioctl(fd, VMA_TEST_OP, out) ? -errno : 0;
	if (warns)
		expect_end();
	return ret;
}

TEST_F(word, start_read)
{
	struct vma_test_op op;

	for_each_row(row) {
		ASSERT_EQ(0, set_and_do(self->fd, variant->impl, row->word, VMA_TEST_OP_START_READ,
					row->start_warns, &op));
		EXPECT_EQ(row->start_ret, op.ret) TH_LOG("word %#x", row->word);
		EXPECT_EQ(row->start_after, op.refcnt_after) TH_LOG("word %#x", row->word);
	}
}

TEST_F(word, refcount_put)
{
	struct vma_test_op op;

	for_each_row(row) {
		ASSERT_EQ(0, set_and_do(self->fd, variant->impl, row->word, VMA_TEST_OP_END_READ,
					row->end_warns, &op));
		EXPECT_EQ(row->end_after, op.refcnt_after) TH_LOG("word %#x", row->word);
	}
}

/*
 * After the decrement the VMA may be gone. The debug registers see any use of
 * it: vm_mm is read before, and the word itself is used just once.
 */
TEST_F(word, put_leaves_vma_alone)
{
	static const unsigned int words[] = { 1, 2, FLAG + 1, FLAG + 2 };
	struct vma_test_op op;

	for (unsigned int i = 0; i < 4; i++) {
		ASSERT_EQ(0, vma_op(self->fd, variant->impl, VMA_TEST_OP_SET, words[i], &op));
		op = (struct vma_test_op){
			.op = VMA_TEST_OP_END_READ,
			.impl = variant->impl,
			.flags = VMA_TEST_OP_WATCH,
		};
		if (ioctl(self->fd, VMA_TEST_OP, &op) && (errno == ENOSPC || errno == EOPNOTSUPP))
			SKIP(return, "no watchpoints that trap behind an access");
		ASSERT_EQ(words[i] - 1, op.refcnt_after);
		if (!op.refcnt_uses)
			SKIP(return, "watchpoints do not see locked instructions (as under QEMU 7.2)");
		EXPECT_EQ(0, op.mm_reads_late) TH_LOG("word %#x", words[i]);
		EXPECT_EQ(1, op.refcnt_uses) TH_LOG("word %#x", words[i]);
	}
}

/* Attaching what is attached is a bug that the function reports. */
TEST_F(word, attach_twice_warns)
{
	struct vma_test_op op;

	ASSERT_EQ(0, vma_op(self->fd, variant->impl, VMA_TEST_OP_SET, 1, &op));
	op = (struct vma_test_op){
		.op = VMA_TEST_OP_ATTACH,
		.impl = variant->impl,
		.flags = VMA_TEST_OP_MAY_WARN,
	};
	expect_splat("warn", 1);
	EXPECT_EQ(0, ioctl(self->fd, VMA_TEST_OP, &op));
	expect_end();
	EXPECT_EQ(1, op.refcnt_after);
}

TEST_HARNESS_MAIN
