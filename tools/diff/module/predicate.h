/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMA_LOCK_DIFF_PREDICATE_H
#define VMA_LOCK_DIFF_PREDICATE_H

/* First and last input of each run; returns how many there are, more than @max: too many. */
unsigned int vma_lock_diff_predicate_runs(unsigned int runs[][2], unsigned int max);

#endif /* VMA_LOCK_DIFF_PREDICATE_H */
