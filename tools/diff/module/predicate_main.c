// SPDX-License-Identifier: GPL-2.0
/*
 * A program for the host: prints the runs of the predicate that is linked to it.
 */
#include <stdio.h>

#include "predicate.h"

#ifdef __x86_64__
/* What the kernel's compiler flags call at each return. */
__asm__(".globl __x86_return_thunk\n__x86_return_thunk: ret\n");
#endif

int main(void)
{
	static unsigned int runs[1000][2];
	unsigned int n = vma_lock_diff_predicate_runs(runs, 1000);

	if (n > 1000)
		return 1;
	for (unsigned int i = 0; i < n; i++)
		printf("%08x-%08x\n", runs[i][0], runs[i][1]);
	puts("end");
	return 0;
}
