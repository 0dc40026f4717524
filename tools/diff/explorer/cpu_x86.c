// SPDX-License-Identifier: GPL-2.0
/*
 * What of the explorer is x86's.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <ucontext.h>

/* The base of %gs is 0 in a user program, so per-CPU variables are where their names are. */
__asm__(".globl switch_to\n"
	"switch_to:\n"
	"	push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
	"	ret\n"
	/* The calls that the kernel patches at boot. */
	".globl __x86_return_thunk, __fentry__\n"
	"__fentry__: __x86_return_thunk: ret\n"
	".macro thunk reg\n"
	".globl __x86_indirect_thunk_\\reg\n"
	"__x86_indirect_thunk_\\reg: jmp *%\\reg\n"
	".endm\n"
	".irp reg, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15\n"
	"thunk \\reg\n"
	".endr\n");

/* Popped: six registers, then where to return to. */
void cpu_first(uint64_t stack[CPU_FIRST], void (*function)(void))
{
	stack[6] = (uintptr_t)function;
}

unsigned long cpu_pc(const void *context)
{
	return ((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
}

/* Without frame pointers: whatever on the stack is in the code. */
int cpu_callers(const struct thread_image *image, uintptr_t callers[], int n)
{
	extern const char __executable_start[], etext[];
	int found = 0;

	for (unsigned int i = 0; i < image->size / 8 && found < n; i++)
		if (image->stack[i] - (uintptr_t)__executable_start < (uintptr_t)(etext - __executable_start))
			callers[found++] = image->stack[i];
	return found;
}
