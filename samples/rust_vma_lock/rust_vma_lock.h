/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What user space may ask of /dev/vma_lock. The errors stand at each call.
 *
 * For all: EFAULT, the argument cannot be read or written; ENOTTY, an unknown
 * command, or one of another size.
 */
#ifndef RUST_VMA_LOCK_H
#define RUST_VMA_LOCK_H

#include <linux/types.h>

/*
 * VMA_LOCK_HOLD: read-lock the caller's VMA at addr, hold it, drop it. The call
 * never returns with the lock held.
 *
 *   ENOMEM  nothing is mapped at addr
 *   EAGAIN  the VMA has as many readers as it can have
 *   EINTR   a signal arrived: the lock was dropped early, the results are valid
 *   EINVAL  an unknown flag; pad is not 0; hold_ms is above the module parameter
 *           max_hold_ms
 */
struct vma_lock_hold {
	__u64 addr;		/* in */
	__u32 hold_ms;		/* in: at least, and not much longer */
	__u32 flags;		/* in: VMA_LOCK_HOLD_ */
	__u64 vm_start;		/* out: the VMA */
	__u64 vm_end;
	__u32 refcnt_locked;	/* out: vm_refcnt, right after the lock was taken */
	__u32 refcnt_put;	/* out: right before it was dropped */
	__u32 writer_waits;	/* out: 1 if a writer waited for it at that time */
	__u32 pad;		/* in: 0 */
};

/* Drop the lock as soon as a writer waits for it; hold_ms is the limit. */
#define VMA_LOCK_HOLD_UNTIL_WRITER	(1U << 0)
#define VMA_LOCK_HOLD_FLAGS		0x1U

/*
 * VMA_LOCK_NEXT: the caller's VMA at addr, or the first one behind it, as
 * lock_next_vma() finds and read-locks it.
 *
 *   ENOENT  there is none
 *   EAGAIN  it has as many readers as it can have
 *   EINTR   a fatal signal arrived
 */
struct vma_lock_next {
	__u64 addr;		/* in */
	__u64 vm_start;		/* out */
	__u64 vm_end;		/* out */
};

#ifndef __BINDGEN__
#include <linux/ioctl.h>

#define VMA_LOCK_HOLD	_IOWR('v', 0x80, struct vma_lock_hold)
#define VMA_LOCK_NEXT	_IOWR('v', 0x81, struct vma_lock_next)
#endif

#endif /* RUST_VMA_LOCK_H */
