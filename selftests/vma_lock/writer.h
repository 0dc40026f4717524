/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that write to a VMA of this process, by the kernel's own calls.
 */
#ifndef SELFTESTS_WRITER_H
#define SELFTESTS_WRITER_H

#include "vma_lock.h"

enum writer_kind { MUNMAP, MPROTECT, MAP_FIXED_OVER, WRITER_KINDS };

struct writer {
	pthread_t thread;
	enum writer_kind kind;
	char *addr;
	_Atomic pid_t tid;
	int err;		/* errno, 0 if there was none */
	unsigned long long end_ns;
};

/* What the thread does, to one page. */
static inline void *write_vma(void *data)
{
	struct writer *w = data;
	int ret = -1;

	w->tid = gettid();
	switch (w->kind) {
	case MUNMAP:
		ret = munmap(w->addr, PAGE);
		break;
	case MPROTECT:
		ret = mprotect(w->addr, PAGE, PROT_READ);
		break;
	case MAP_FIXED_OVER:
		ret = mmap(w->addr, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			   -1, 0) == MAP_FAILED ? -1 : 0;
		break;
	default:
		break;
	}
	w->err = ret ? errno : 0;
	w->end_ns = now_ns();
	return NULL;
}

static inline void writer_start(struct writer *w, enum writer_kind kind, char *addr)
{
	*w = (struct writer){ .kind = kind, .addr = addr };
	if (pthread_create(&w->thread, NULL, write_vma, w)) {
		perror("pthread_create");
		exit(1);
	}
}

static inline int writer_join(struct writer *w)
{
	pthread_join(w->thread, NULL);
	return w->err;
}

#endif /* SELFTESTS_WRITER_H */
