// SPDX-License-Identifier: GPL-2.0
/*
 * The predicate of a C side over all 2^32 inputs, as the runs of inputs for
 * which it is true. Needs nothing of the kernel once it is compiled, so
 * tools/diff/run links this very object into a program (predicate_main.c).
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>

#include "predicate.h"
#include "shape.h"

notrace unsigned int vma_lock_diff_predicate_runs(unsigned int runs[][2], unsigned int max)
{
	unsigned int word = 0, n = 0;
	bool before = false;

	do {
		bool now = SIDE_EXCLUDED(word);

		if (now != before) {
			if (n == max)
				return max + 1;
			if (now)
				runs[n][0] = word;
			else
				runs[n++][1] = word - 1;
			before = now;
		}
	} while (++word);
	if (before)
		runs[n++][1] = UINT_MAX;
	return n;
}
