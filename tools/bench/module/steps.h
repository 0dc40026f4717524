/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who steps through a call, instruction by instruction.
 */
#ifndef VMA_LOCK_BENCH_STEPS_H
#define VMA_LOCK_BENCH_STEPS_H

#include <linux/types.h>

/* With lockdep there are many. */
#define STEPS_MAX 65536

/* tools/bench/steps.py knows this layout. */
struct steps {
	u64 entry;		/* of the function to step through */
	u64 n;			/* instructions from there to its return; above STEPS_MAX no more are noted */
	u64 ip[STEPS_MAX];
};

struct stepper {
	int (*start)(void);
	void (*stop)(void);
	/* Interrupts are off, and the next call is that of @s->entry. */
	void (*begin)(struct steps *s);
};

extern const struct stepper by_trap_flag, by_qemu;

/* by_qemu.c: where in memory steps.py finds what it needs */
u64 by_qemu_at(void);

#endif /* VMA_LOCK_BENCH_STEPS_H */
