// SPDX-License-Identifier: GPL-2.0
/*
 * The file in debugfs. A module cannot be unloaded under an open file.
 */
#include "plant.h"

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/uaccess.h>

static struct dentry *dir;

static ssize_t provoke_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char text[40];
	int err;

	if (len > sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	err = vma_plant_provoke(text, len);
	return err ?: len;
}

static const struct file_operations provoke_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= provoke_write,
};

void vma_lock_plant_create_file(void)
{
	dir = debugfs_create_dir("vma_lock_plant", NULL);
	debugfs_create_file("provoke", 0200, dir, NULL, &provoke_fops);
}

void vma_lock_plant_remove_file(void)
{
	debugfs_remove(dir);
}
