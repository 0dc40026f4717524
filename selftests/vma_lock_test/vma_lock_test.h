/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What user space may ask of /dev/vma_lock_test. The errors stand at each call.
 *
 * For all: EFAULT, the argument cannot be read or written; EINVAL, an unknown
 * flag or implementation; ENOTTY, an unknown command, or one of another size.
 */
#ifndef VMA_LOCK_TEST_H
#define VMA_LOCK_TEST_H

#include <linux/types.h>

/* Whose code does it. */
#define VMA_TEST_RUST	0	/* rust/vma_lock */
#define VMA_TEST_C	1	/* the kernel's own C */
#define VMA_TEST_SEED	2	/* rust/vma_lock, by the names from before Linux 7.0 */

/*
 * VMA_TEST_HOLD: read-lock a VMA, hold it, drop it with vma_refcount_put().
 *
 * The VMA is the caller's at addr, or the file's synthetic one. The call never
 * returns with the lock held.
 *
 *   ENOMEM  nothing is mapped at addr
 *   EAGAIN  the VMA is write-locked or detached (synthetic), or at its limit
 *   EBUSY   the synthetic VMA has a word that VMA_TEST_OP_SET made up
 *   EINTR   a signal arrived: the lock was dropped early, the results are valid
 *   EINVAL  also: hold_ms is above 30000
 */
struct vma_test_hold {
	__u64 addr;		/* in */
	__u32 impl;		/* in: whose vma_refcount_put() */
	__u32 flags;		/* in: VMA_TEST_HOLD_ */
	__u32 hold_ms;		/* in */
	__u32 spurious;		/* in: wake a writer that waits this often for nothing */
	__u64 vm_start;		/* out: the VMA */
	__u64 vm_end;
	__u64 locked_ns;	/* out: CLOCK_MONOTONIC, right after the lock was taken */
	__u64 put_ns;		/* out: right before it was dropped */
	__u32 refcnt_locked;	/* out: vm_refcnt, right after the lock was taken */
	__u32 refcnt_put;	/* out: right before it was dropped */
	__u32 waiter;		/* out: thread id of the writer asleep at that time, or 0 */
	__u32 slept_again;	/* out: wakeups for nothing after which it went to sleep again */
};

/* The file's synthetic VMA instead of one of the caller's. */
#define VMA_TEST_HOLD_SYNTHETIC		(1U << 0)
/*
 * Only raise the count, as a reader does before it looks whether the VMA is
 * write-locked and backs off. Synthetic only.
 */
#define VMA_TEST_HOLD_TRANSIENT		(1U << 1)
/* Drop the lock as soon as a writer sleeps; hold_ms is the limit. */
#define VMA_TEST_HOLD_UNTIL_WAITER	(1U << 2)
/*
 * The bug that the tests must see: drop the count but wake nobody. A writer
 * that waits stays asleep; it is watched for hold_ms (slept_again says whether
 * it was asleep to the end), then woken.
 */
#define VMA_TEST_HOLD_NO_WAKE		(1U << 3)
#define VMA_TEST_HOLD_FLAGS		0xfU

/*
 * VMA_TEST_OP: one operation on the file's synthetic VMA, which begins
 * detached. What needs the mmap write lock takes it, and drops it again.
 *
 *   EBUSY    another VMA_TEST_OP is under way on this file; or the word is to be
 *            made up (SET, END_READ of what nobody holds, ATTACH of what is
 *            attached, REUSE_READER) while a VMA_TEST_HOLD is
 *   EDEADLK  the operation would wait for ever: for readers that nobody is, or
 *            that only another VMA_TEST_OP could end
 *   EINVAL   also: the operation would WARN and VMA_TEST_OP_MAY_WARN is not set
 *   EINTR    a fatal signal arrived before the mmap lock was had, or a signal
 *            before the reader that VMA_TEST_OP_AFTER_READER waits for
 *   ETIME    no such reader, or partner of REUSE, came within 30 s
 *   ENOSPC, EOPNOTSUPP  WATCH, REUSE_READER: no watchpoint is free, or there are none
 */
struct vma_test_op {
	__u32 op;		/* in */
	__u32 impl;		/* in */
	__u32 flags;		/* in: VMA_TEST_OP_ */
	__u32 word;		/* in: for SET, SET_SEQ, PREDICATE; AFTER_READER: how many */
	__u32 refcnt_before;	/* out: vm_refcnt */
	__u32 refcnt_after;	/* out */
	__s32 ret;		/* out: what the function returned, see below */
	__u32 pad;		/* must be 0 */
	__u64 start_ns;		/* out: CLOCK_MONOTONIC, right before the function */
	__u64 end_ns;		/* out: right after */
	__u32 mm_reads_late;	/* out, WATCH: uses of vm_mm after the count was dropped */
	__u32 refcnt_uses;	/* out, WATCH: accesses to vm_refcnt */
};

#define VMA_TEST_OP_PREDICATE	0 /* are_readers_excluded(word): 1 or 0 */
#define VMA_TEST_OP_SET		1 /* vm_refcnt = word */
#define VMA_TEST_OP_ATTACH	2 /* vma_start_write(), vma_mark_attached() */
#define VMA_TEST_OP_DETACH	3 /* vma_start_write(), vma_mark_detached() */
#define VMA_TEST_OP_START_READ	4 /* vma_start_read(): 0, -EAGAIN (detached), -EBUSY (NULL) */
#define VMA_TEST_OP_END_READ	5 /* vma_end_read() */
#define VMA_TEST_OP_START_WRITE	6 /* vma_start_write_killable(): 0 or -EINTR */
#define VMA_TEST_OP_SET_SEQ	7 /* mm_lock_seq = word, which must be even */
/*
 * vma_start_read() of a VMA that another mm has taken over, against a writer of
 * that mm, step by step (reuse.c): two calls at once, on two CPUs. READER's ret
 * is how many counts kept the other mm when its writer was to be woken.
 */
#define VMA_TEST_OP_REUSE_READER 8
#define VMA_TEST_OP_REUSE_WRITER 9
/*
 * The wrong order: read-locks the VMA, then takes the mmap lock. Nothing comes of
 * it here, but lockdep is to warn (MAY_WARN), once there was a START_WRITE.
 */
#define VMA_TEST_OP_INVERSION	10
/*
 * A read lock of a VMA that a writer takes between the reader's first look and its
 * increment, step by step (overtake.c): two calls at once, on two CPUs. The reader's
 * ret is as that of START_READ, or as FIND and NEXT say; a lock is dropped at once.
 * The writer's word says what it does.
 */
#define VMA_TEST_OP_OVERTAKEN	11
#define VMA_TEST_OP_OVERTAKE	12

/* OVERTAKE: */
#define VMA_TEST_STAY		0 /* keep the write lock until the reader is back */
#define VMA_TEST_MOVE		1 /* move the VMA elsewhere, unlock */
#define VMA_TEST_REPLACE	2 /* the same, and put another VMA in its place */
#define VMA_TEST_DETACH		3 /* take it out, detach it, unlock */

/*
 * START_WRITE: wait for a VMA_TEST_HOLD first. DETACH: once write-locked, wait
 * for a VMA_TEST_HOLD_TRANSIENT. For as many of them as word says, at least one.
 */
#define VMA_TEST_OP_AFTER_READER	(1U << 0)
/* The operation may end in a WARN of the kernel. */
#define VMA_TEST_OP_MAY_WARN		(1U << 1)
/* END_READ: watch the VMA by the CPU's debug registers. */
#define VMA_TEST_OP_WATCH		(1U << 2)
/* OVERTAKEN: by lock_vma_under_rcu() where the VMA was; -EBUSY stands for NULL. */
#define VMA_TEST_OP_FIND		(1U << 3)
/* OVERTAKEN: by lock_next_vma() from there on; 0: the VMA, 1: the other one, -ENOENT. */
#define VMA_TEST_OP_NEXT		(1U << 4)
#define VMA_TEST_OP_FLAGS		0x1fU

/*
 * VMA_TEST_GUARDS: the library's other guards on the caller's VMA at addr, and what
 * others see while they are held. Nobody else may use the mm.
 *
 *   ENOMEM  nothing is mapped at addr
 *   EAGAIN  somebody else uses the mm
 *   EINTR   a fatal signal arrived
 */
struct vma_test_guards {
	__u64 addr;			/* in */
	__u32 refcnt_excluded;		/* out: vm_refcnt while readers are excluded */
	__u32 readable_excluded;	/* out: whether lock_vma_under_rcu() locks it then */
	__u32 refcnt_admitted;		/* out: the same after that */
	__u32 readable_admitted;
	__u32 refcnt_written;		/* out: the same while it is write-locked */
	__u32 readable_written;
	__u32 speculates_written;	/* out: whether speculation can begin then */
	__u32 refcnt_downgraded;	/* out: read-locked after the write lock was downgraded */
	__u32 undisturbed;		/* out: speculation holds if nobody writes */
	__u32 disturbed;		/* out: and not if somebody has written */
};

/*
 * VMA_TEST_ATTACK: program number of attack.rs, on the caller's VMA at addr, which is
 * to be one that nobody else uses and that is not mapped by a driver.
 *
 *   ENOENT   there is no such program
 *   EUCLEAN  the lock did not hold
 *   ENOMEM   nothing is mapped at addr
 *   EAGAIN   somebody else uses the mm
 *   EINTR    a fatal signal arrived
 */
struct vma_test_attack {
	__u64 addr;		/* in */
	__u32 number;		/* in */
	__u32 pad;		/* must be 0 */
};

/*
 * VMA_TEST_WALK: a walk over the caller's VMAs, from addr, against a writer: two
 * calls at once. The walker waits for the writer, the writer for the walker to hold
 * a VMA; both for 30 s at most.
 *
 *   ENOENT, ENOMEM  there are no two VMAs
 *   EINTR    a signal arrived
 *   ETIME    the other call did not come
 */
struct vma_test_walk {
	__u64 addr;		/* in: of the first VMA */
	__u64 second;		/* WALKER, out: start of the second; WRITER, in: address of it */
	__u32 role;		/* in */
	__u32 pad;		/* must be 0 */
};

#define VMA_TEST_WALKER		0
#define VMA_TEST_WALKER_KEEPS	1 /* the wrong way: the first VMA stays locked meanwhile */
#define VMA_TEST_WALK_WRITER	2 /* write-locks the second VMA, then the first */

#ifndef __BINDGEN__
#include <linux/ioctl.h>

#define VMA_TEST_HOLD	_IOWR('v', 0x90, struct vma_test_hold)
#define VMA_TEST_OP	_IOWR('v', 0x91, struct vma_test_op)
#define VMA_TEST_GUARDS	_IOWR('v', 0x92, struct vma_test_guards)
#define VMA_TEST_ATTACK	_IOWR('v', 0x93, struct vma_test_attack)
#define VMA_TEST_WALK	_IOWR('v', 0x94, struct vma_test_walk)
#endif

#endif /* VMA_LOCK_TEST_H */
