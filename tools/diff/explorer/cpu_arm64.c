// SPDX-License-Identifier: GPL-2.0
/*
 * What of the explorer is arm64's. The kernel's code uses no registers for floating point.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <string.h>
#include <ucontext.h>

__asm__(".globl switch_to\n"
	"switch_to:\n"
	"	stp x19, x20, [sp, #-96]!\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	mov x2, sp\n"
	"	str x2, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp x19, x20, [sp], #96\n"
	"	ret\n");

void cpu_first(uint64_t stack[CPU_FIRST], void (*function)(void))
{
	stack[11] = (uintptr_t)function;
}

unsigned long cpu_pc(const void *context)
{
	return ((const ucontext_t *)context)->uc_mcontext.pc;
}

/* By frame pointers, which the kernel has in C and Rust. switch_to() has saved the first two. */
int cpu_callers(const struct thread_image *image, uintptr_t callers[], int n)
{
	uintptr_t frame = image->size ? image->stack[10] : 0;
	const uint64_t *record;
	int found = 0;

	if (image->size)
		callers[found++] = image->stack[11];
	while (found < n && (record = machine_stack(image, frame))) {
		frame = record[0];
		callers[found++] = record[1];
	}
	return found;
}

/* What the headers of a kernel with KASAN call where nothing is checked. */
void *__memcpy(void *to, const void *from, size_t size);
void *__memcpy(void *to, const void *from, size_t size)
{
	return memcpy(to, from, size);
}

void *__memset(void *at, int value, size_t size);
void *__memset(void *at, int value, size_t size)
{
	return memset(at, value, size);
}
