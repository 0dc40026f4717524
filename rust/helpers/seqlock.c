// SPDX-License-Identifier: GPL-2.0

#include <linux/kcsan-checks.h>
#include <linux/seqlock.h>

void vma_lock_helper_seqcount_init(seqcount_t *s)
{
	seqcount_init(s);
}

unsigned int vma_lock_helper_raw_read_seqcount(const seqcount_t *s)
{
	return raw_read_seqcount(s);
}

bool vma_lock_helper_raw_seqcount_try_begin(const seqcount_t *s, unsigned int *seq)
{
	return raw_seqcount_try_begin(s, *seq);
}

bool vma_lock_helper_read_seqcount_retry(const seqcount_t *s, unsigned int seq)
{
	return read_seqcount_retry(s, seq);
}

void vma_lock_helper_do_raw_write_seqcount_begin(seqcount_t *s)
{
	do_raw_write_seqcount_begin(s);
}

void vma_lock_helper_do_raw_write_seqcount_end(seqcount_t *s)
{
	ASSERT_EXCLUSIVE_WRITER(*s);
	do_raw_write_seqcount_end(s);
}
