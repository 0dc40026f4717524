// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU steps, for tools/bench/steps.py, which talks to it as a debugger does: on any
 * architecture. It stops the guest at by_qemu_here(), steps, and writes down what it saw.
 */
#include "steps.h"

#include <linux/delay.h>
#include <linux/errno.h>

#define SECONDS 60

static noinline void by_qemu_here(void)
{
	barrier();
}

/* steps.py knows this layout. */
static struct {
	void (*here)(void);	/* where to stop */
	u64 ready;		/* it writes 1 when it is going to */
	struct steps *steps;	/* what it is about */
} at = {
	.here = by_qemu_here,
};

u64 by_qemu_at(void)
{
	return (unsigned long)&at;
}

static int by_qemu_start(void)
{
	int i;

	for (i = 0; i < SECONDS * 100; i++) {
		if (READ_ONCE(at.ready))
			return 0;
		msleep(10);
	}
	return -ETIMEDOUT;
}

static void by_qemu_stop(void)
{
}

static void by_qemu_begin(struct steps *s)
{
	WRITE_ONCE(at.steps, s);
	by_qemu_here();
}

const struct stepper by_qemu = {
	.start	= by_qemu_start,
	.stop	= by_qemu_stop,
	.begin	= by_qemu_begin,
};
