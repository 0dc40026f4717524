// SPDX-License-Identifier: GPL-2.0

#include <linux/seqlock.h>

__rust_helper unsigned int vma_lock_helper_raw_read_seqcount(const seqcount_t *s)
{
	return raw_read_seqcount(s);
}

__rust_helper bool vma_lock_helper_raw_seqcount_try_begin(const seqcount_t *s, unsigned int *seq)
{
	return raw_seqcount_try_begin(s, *seq);
}

__rust_helper bool vma_lock_helper_read_seqcount_retry(const seqcount_t *s, unsigned int seq)
{
	return read_seqcount_retry(s, seq);
}

__rust_helper void vma_lock_helper_do_raw_write_seqcount_begin(seqcount_t *s)
{
	do_raw_write_seqcount_begin(s);
}
