/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The word of a rwsem, as the kernel's own asserts read it: free, held for writing, or so many
 * readers. With PREEMPT_RT it is another one.
 */
#ifndef EXPLORER_RWSEM_H
#define EXPLORER_RWSEM_H

#include <linux/rwsem.h>

#ifdef CONFIG_PREEMPT_RT
#define x_rwsem_word(sem)	((u32 *)&(sem)->rwbase.readers)
typedef u32 x_rwsem_t;
#define X_RWSEM_FREE		READER_BIAS
#define X_RWSEM_WRITTEN		WRITER_BIAS
#define X_RWSEM_READER		1
#else
#define x_rwsem_word(sem)	((unsigned long *)&(sem)->count)
typedef unsigned long x_rwsem_t;
#define X_RWSEM_FREE		0UL
#define X_RWSEM_WRITTEN		1UL
#define X_RWSEM_READER		(1UL << 8)
#endif

#endif
