/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What fuzz.c calls: commands and arguments, each from the state of a generator alone, so
 * that they can be had again.
 */
#ifndef SELFTESTS_FUZZ_H
#define SELFTESTS_FUZZ_H

#include "kselftest.h"
#include "vma_lock.h"
#include "../../samples/rust_vma_lock/rust_vma_lock.h"

#define PAGES	(AREA / PAGE)

static int fds[2];
static char *area;

/* xorshift: rand() is one lock for all threads. */
static unsigned int rnd(unsigned int *state, unsigned int n)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % n;
}

static unsigned long page_at(unsigned int *s)
{
	return (unsigned long)area + rnd(s, PAGES) * PAGE;
}

/* In a VMA mostly; in the guard pages, nowhere, in the kernel, in no canonical address. */
static unsigned long address(unsigned int *s)
{
	switch (rnd(s, 12)) {
	case 0: return 0;
	case 1: return ~0UL - rnd(s, 16);
	case 2: return (unsigned long)area - 1 - rnd(s, PAGE);
	case 3: return (unsigned long)area + AREA + rnd(s, PAGE);
	case 4: return 0xffff888000000000UL + ((unsigned long)rnd(s, ~0U) << 6);
	case 5: return (unsigned long)rnd(s, ~0U) << 32 | rnd(s, ~0U);
	case 6: return (unsigned long)&fds;
	case 7: return (unsigned long)s;
	default: return page_at(s) + rnd(s, PAGE);
	}
}

static unsigned int value(unsigned int *s)
{
	static const unsigned int words[] = {
		0, 1, 2, 3, LIMIT - 1, LIMIT, FLAG, FLAG + 1, FLAG + 2, 1U << 31, 3U << 30, ~0U,
	};

	return rnd(s, 4) ? words[rnd(s, ARRAY_SIZE(words))] : rnd(s, ~0U);
}

/* Now and then longer than anybody wants to wait: a signal will come. */
static unsigned int milliseconds(unsigned int *s)
{
	switch (rnd(s, 64)) {
	case 0: return 10000;
	case 1: return value(s);
	case 2 ... 6: return 1;
	default: return 0;
	}
}

static unsigned int flags(unsigned int *s, unsigned int known)
{
	return rnd(s, 32) ? rnd(s, known + 1) : value(s);
}

/* Each step of these is waited for by spinning, for up to a second. */
static bool is_race(unsigned int op)
{
	return op == VMA_TEST_OP_REUSE_READER || op == VMA_TEST_OP_OVERTAKEN;
}

union arg {
	struct vma_lock_hold hold;
	struct vma_lock_next next;
	struct vma_test_hold test_hold;
	struct vma_test_op op;
	struct vma_test_guards guards;
};

/* Returns the command, of the device that *fd is then. */
static unsigned int fill(unsigned int *s, union arg *arg, int *fd)
{
	memset(arg, 0, sizeof(*arg));
	*fd = fds[0];
	switch (rnd(s, 8)) {
	case 0 ... 1:
		arg->hold = (struct vma_lock_hold){
			.addr = address(s), .hold_ms = milliseconds(s),
			.flags = flags(s, VMA_LOCK_HOLD_FLAGS), .pad = rnd(s, 32) ? 0 : value(s),
		};
		return VMA_LOCK_HOLD;
	case 2:
		arg->next.addr = address(s);
		return VMA_LOCK_NEXT;
	case 3 ... 4:
		*fd = fds[1];
		arg->test_hold = (struct vma_test_hold){
			.addr = address(s), .impl = rnd(s, 4), .hold_ms = milliseconds(s),
			.flags = flags(s, VMA_TEST_HOLD_FLAGS), .spurious = rnd(s, 8) ? 0 : milliseconds(s),
		};
		return VMA_TEST_HOLD;
	case 5:
		*fd = fds[1];
		arg->guards.addr = address(s);
		return VMA_TEST_GUARDS;
	default:
		*fd = fds[1];
		arg->op = (struct vma_test_op){
			.op = rnd(s, 16), .impl = rnd(s, 4), .word = value(s),
			.flags = flags(s, VMA_TEST_OP_FLAGS), .pad = rnd(s, 32) ? 0 : value(s),
		};
		if (is_race(arg->op.op) && rnd(s, 256))
			arg->op.op = VMA_TEST_OP_END_READ;
		/* All but what is meant to make the kernel warn. */
		arg->op.flags &= ~VMA_TEST_OP_MAY_WARN;
		return VMA_TEST_OP;
	}
}

/* Of the same, another number, size or direction; or anything that the kernel's VFS leaves to us. */
static unsigned int other_command(unsigned int *s, unsigned int cmd)
{
	if (rnd(s, 4))
		cmd ^= 1U << rnd(s, 32);
	else
		cmd = _IOC(rnd(s, 4), 'v', rnd(s, 256), rnd(s, 1 << 14));
	return _IOC_TYPE(cmd) & 0x20 ? cmd : cmd | 'v' << 8;
}

static bool is_known(int fd, unsigned int cmd)
{
	if (fd == fds[0])
		return cmd == VMA_LOCK_HOLD || cmd == VMA_LOCK_NEXT;
	return cmd == VMA_TEST_HOLD || cmd == VMA_TEST_OP || cmd == VMA_TEST_GUARDS;
}

#endif /* SELFTESTS_FUZZ_H */
