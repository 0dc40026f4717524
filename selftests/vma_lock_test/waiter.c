// SPDX-License-Identifier: GPL-2.0

#include "glue.h"

#include <linux/mmap_lock.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>

unsigned int vma_lock_test_waiter(struct rcuwait *w)
{
	struct task_struct *task;
	unsigned int pid = 0;

	rcu_read_lock();
	task = rcu_dereference(w->task);
	/* Off the run queue: it has not only announced that it will sleep. And not being woken. */
	if (task && !READ_ONCE(task->on_rq) && (READ_ONCE(task->__state) & TASK_UNINTERRUPTIBLE))
		pid = task_pid_vnr(task);
	rcu_read_unlock();

	return pid;
}

void vma_lock_test_lockdep_acquire_read(struct vm_area_struct *vma)
{
	__vma_lockdep_acquire_read(vma);
}

void vma_lock_test_lockdep_release_read(struct vm_area_struct *vma)
{
	__vma_lockdep_release_read(vma);
}
