// SPDX-License-Identifier: GPL-2.0
/*
 * Text that grows, and is then read from /sys/kernel/debug/vma_lock_diff/NAME.
 */
#include "diff.h"

#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

struct diff_log {
	struct list_head list;
	struct debugfs_blob_wrapper blob;
	size_t size;
	bool full;
	char name[64];
};

static LIST_HEAD(logs);
static struct dentry *dir;

struct diff_log *diff_log_create(const char *name)
{
	struct diff_log *log = kzalloc(sizeof(*log), GFP_KERNEL);

	if (!log)
		return NULL;
	strscpy(log->name, name);
	list_add(&log->list, &logs);
	return log;
}

void diff_log_printf(struct diff_log *log, const char *fmt, ...)
{
	char line[512];
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);

	if (log->blob.size + n > log->size) {
		size_t size = max(2 * log->size, (size_t)SZ_256K);
		void *data = vmalloc(size);

		if (!data) {
			log->full = true;
			return;
		}
		memcpy(data, log->blob.data, log->blob.size);
		vfree(log->blob.data);
		log->blob.data = data;
		log->size = size;
	}
	memcpy(log->blob.data + log->blob.size, line, n);
	log->blob.size += n;
}

/* A log with something missing must not look like a whole one. */
int diff_log_publish(struct diff_log *log)
{
	if (log->full)
		return -ENOMEM;
	diff_log_printf(log, "end\n");
	debugfs_create_blob(log->name, 0400, dir, &log->blob);
	return 0;
}

int diff_log_init(void)
{
	dir = debugfs_create_dir("vma_lock_diff", NULL);
	return PTR_ERR_OR_ZERO(dir);
}

void diff_log_exit(void)
{
	struct diff_log *log, *next;

	debugfs_remove(dir);
	list_for_each_entry_safe(log, next, &logs, list) {
		vfree(log->blob.data);
		kfree(log);
	}
}
