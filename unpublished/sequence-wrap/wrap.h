/* SPDX-License-Identifier: GPL-2.0 */
/* ioctls of /dev/wrap; they are about the mm of the caller. */
#include <linux/ioctl.h>

/* Let mm_lock_seq be this even number, as if so many write locks had been taken. */
#define WRAP_SET	_IO('w', 0)
/* By how many write locks mm_lock_seq is behind the vm_lock_seq of the VMA at this address. */
#define WRAP_DISTANCE	_IO('w', 1)
/*
 * Read-lock the VMA at this address, until a writer waits for it, which returns 0, or until WRAP_DONE,
 * which returns 1.
 */
#define WRAP_HOLD	_IO('w', 2)
/* Wait until WRAP_HOLD has it. */
#define WRAP_HELD	_IO('w', 3)
#define WRAP_DONE	_IO('w', 4)
