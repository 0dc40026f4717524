/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In place of arm64's own, which reads a register that a program must not: there is one CPU.
 */
#ifndef __ASM_PERCPU_H
#define __ASM_PERCPU_H

#include <linux/preempt.h>
#include <asm/alternative.h>
#include <asm/cmpxchg.h>
#include <asm/stack_pointer.h>
#include <asm/sysreg.h>

#define __my_cpu_offset		0UL

#include <asm-generic/percpu.h>

/* Without interrupts there are none to be disabled. */
#undef this_cpu_generic_read
#undef this_cpu_generic_to_op
#undef this_cpu_generic_add_return
#undef this_cpu_generic_xchg
#undef this_cpu_generic_cmpxchg
#undef this_cpu_generic_try_cmpxchg
#define this_cpu_generic_read		raw_cpu_generic_read
#define this_cpu_generic_to_op		raw_cpu_generic_to_op
#define this_cpu_generic_add_return	raw_cpu_generic_add_return
#define this_cpu_generic_xchg		raw_cpu_generic_xchg
#define this_cpu_generic_cmpxchg	raw_cpu_generic_cmpxchg
#define this_cpu_generic_try_cmpxchg	raw_cpu_generic_try_cmpxchg

#endif /* __ASM_PERCPU_H */
