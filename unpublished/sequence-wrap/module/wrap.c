// SPDX-License-Identifier: GPL-2.0
/* /dev/wrap: what a program cannot do in a short time, or not see (../wrap.h). One user at a time. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "../wrap.h"

static DECLARE_COMPLETION(held);
static bool done;

static long set(unsigned int seq)
{
	mmap_write_lock(current->mm);
	/* Unlocking adds one. */
	current->mm->mm_lock_seq.sequence = seq - 1;
	mmap_write_unlock(current->mm);
	return 0;
}

static long distance(unsigned long address)
{
	struct vm_area_struct *vma;
	long seq = -EFAULT;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, address);
	if (vma)
		seq = (vma->vm_lock_seq - current->mm->mm_lock_seq.sequence) / 2;
	mmap_read_unlock(current->mm);
	return seq;
}

static long hold(unsigned long address)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(current->mm, address);
	long ret;

	if (!vma)
		return -EAGAIN;
	complete(&held);
	while (!READ_ONCE(done) && !fatal_signal_pending(current) &&
	       !(refcount_read(&vma->vm_refcnt) & VM_REFCNT_EXCLUDE_READERS_FLAG))
		usleep_range(100, 200);
	ret = READ_ONCE(done);
	vma_end_read(vma);
	return ret;
}

static long wrap_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case WRAP_SET:
		return set(arg);
	case WRAP_DISTANCE:
		return distance(arg);
	case WRAP_HOLD:
		return hold(arg);
	case WRAP_HELD:
		return wait_for_completion_interruptible(&held);
	case WRAP_DONE:
		WRITE_ONCE(done, true);
		return 0;
	}
	return -ENOTTY;
}

static int wrap_open(struct inode *inode, struct file *file)
{
	reinit_completion(&held);
	WRITE_ONCE(done, false);
	return 0;
}

static const struct file_operations wrap_fops = {
	.owner = THIS_MODULE,
	.open = wrap_open,
	.unlocked_ioctl = wrap_ioctl,
};

static struct miscdevice wrap = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "wrap",
	.fops = &wrap_fops,
};

module_misc_device(wrap);
MODULE_DESCRIPTION("mm_lock_seq shortly before it overflows");
MODULE_LICENSE("GPL");
