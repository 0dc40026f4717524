// SPDX-License-Identifier: GPL-2.0
/*
 * Which blocks of the Rust library ran: LLVM has put a call at the beginning of each.
 *
 * A thread that stopped goes on any number of times, so counts that are worked out from others, as
 * -Cinstrument-coverage does, would be wrong.
 */
#include "engine.h"

extern uint32_t __start___sancov_guards[], __stop___sancov_guards[];

void __sanitizer_cov_trace_pc_guard(uint32_t *guard);
void __sanitizer_cov_trace_pc_guard(uint32_t *guard)
{
	*guard = 1;
}

/* The tables are read from the program's file: ../host/blocks.py. */
void __sanitizer_cov_trace_pc_guard_init(uint32_t *from, uint32_t *to);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *from, uint32_t *to)
{
	(void)from;
	(void)to;
}

void __sanitizer_cov_pcs_init(const uintptr_t *from, const uintptr_t *to);
void __sanitizer_cov_pcs_init(const uintptr_t *from, const uintptr_t *to)
{
	(void)from;
	(void)to;
}

void __sanitizer_cov_cfs_init(const uintptr_t *from, const uintptr_t *to);
void __sanitizer_cov_cfs_init(const uintptr_t *from, const uintptr_t *to)
{
	(void)from;
	(void)to;
}

void blocks_write(FILE *out)
{
	for (const uint32_t *guard = __start___sancov_guards; guard < __stop___sancov_guards; guard++)
		fputc('0' + *guard, out);
}
