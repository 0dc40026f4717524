// SPDX-License-Identifier: GPL-2.0
/* A file in debugfs with an owner, as C has it: files_c/file. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static struct dentry *dir;

static int file_show(struct seq_file *m, void *data)
{
	seq_puts(m, "1\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(file);

static int __init owned_file_init(void)
{
	dir = debugfs_create_dir("files_c", NULL);
	debugfs_create_file("file", 0400, dir, NULL, &file_fops);
	return 0;
}

static void __exit owned_file_exit(void)
{
	debugfs_remove(dir);
}

module_init(owned_file_init);
module_exit(owned_file_exit);
MODULE_DESCRIPTION("A file in debugfs with an owner");
MODULE_LICENSE("GPL");
