// SPDX-License-Identifier: GPL-2.0
/*
 * Functions of the kernel that the sides call, as far as the protocol can tell: the scheduler, the
 * mmap lock's rwsem, the last drop of an mm. All other ways to wait say that they are not modelled.
 */
#include "world.h"

#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

/* Is a signal pending that ends any sleep that a signal can end? */
bool x_fatal(int thread)
{
	return sigismember(&x_world.task[thread].pending.signal, SIGKILL);
}

static void make_runnable(struct task_struct *task, unsigned int states)
{
	if (READ_ONCE(task->__state) & states)
		WRITE_ONCE(task->__state, TASK_RUNNING);
}

void x_kill(int thread)
{
	struct task_struct *task = &x_world.task[thread];

	sigaddset(&task->pending.signal, SIGKILL);
	set_tsk_thread_flag(task, TIF_SIGPENDING);
	make_runnable(task, TASK_WAKEKILL | TASK_INTERRUPTIBLE);
}

void x_signal(int thread)
{
	struct task_struct *task = &x_world.task[thread];

	sigaddset(&task->pending.signal, SIGUSR1);
	set_tsk_thread_flag(task, TIF_SIGPENDING);
	make_runnable(task, TASK_INTERRUPTIBLE);
}

void x_forgive(int thread)
{
	struct task_struct *task = &x_world.task[thread];

	sigemptyset(&task->pending.signal);
	clear_tsk_thread_flag(task, TIF_SIGPENDING);
}

asmlinkage __visible void schedule(void)
{
	const struct task_struct *task = &x_world.task[x_current];

	x_wait_for("schedule", &task->__state, X_SLEEP, false);
}

int wake_up_process(struct task_struct *task)
{
	x_pause("wake_up_process", &task->__state, X_RMW);
	if (!(READ_ONCE(task->__state) & TASK_NORMAL))
		return 0;
	make_runnable(task, TASK_NORMAL);
	return 1;
}

int wake_up_state(struct task_struct *task, unsigned int state)
{
	x_pause("wake_up_state", &task->__state, X_RMW);
	if (!(READ_ONCE(task->__state) & state))
		return 0;
	make_runnable(task, state);
	return 1;
}

/* What of this thread says how it holds the lock. */
static u8 *held(struct rw_semaphore *sem)
{
	const int mm = x_mm_of(sem);

	if (mm < 0 || sem != &x_mm(mm)->mmap_lock)
		x_cannot("takes a rwsem that is no mmap lock, which the explorer does not model", "");
	return &x_self.mmap[mm];
}

static bool acquire(struct rw_semaphore *sem, enum x_wait how)
{
	x_rwsem_t *word = x_rwsem_word(sem);

	if (how == X_WRITE_LOCK ? *word != X_RWSEM_FREE : *word == X_RWSEM_WRITTEN)
		return false;
	*word = how == X_WRITE_LOCK ? X_RWSEM_WRITTEN : *word + X_RWSEM_READER;
	return true;
}

static int take(const char *name, struct rw_semaphore *sem, enum x_wait wait, bool killable)
{
	u8 *mine = held(sem);

	x_wait_for(name, x_rwsem_word(sem), wait, killable);
	if (*mine)
		x_mark_wrong(X_MMAP_UNBALANCED);
	if (!acquire(sem, wait))
		return -EINTR;
	*mine = wait;
	return 0;
}

static void give(const char *name, struct rw_semaphore *sem, enum x_wait was, enum x_wait is)
{
	x_rwsem_t *word = x_rwsem_word(sem);
	u8 *mine = held(sem);

	x_wait_for(name, word, X_RUN, false);
	if (*mine != was)
		x_mark_wrong(X_MMAP_UNBALANCED);
	if (was == X_READ_LOCK)
		*word -= X_RWSEM_READER;
	else
		*word = X_RWSEM_FREE + (is ? X_RWSEM_READER : 0);
	*mine = is;
}

void down_read(struct rw_semaphore *sem)
{
	take("down_read", sem, X_READ_LOCK, false);
}

int down_read_killable(struct rw_semaphore *sem)
{
	return take("down_read_killable", sem, X_READ_LOCK, true);
}

int down_read_interruptible(struct rw_semaphore *sem)
{
	return take("down_read_interruptible", sem, X_READ_LOCK, true);
}

void down_write(struct rw_semaphore *sem)
{
	take("down_write", sem, X_WRITE_LOCK, false);
}

int down_write_killable(struct rw_semaphore *sem)
{
	return take("down_write_killable", sem, X_WRITE_LOCK, true);
}

static int try(const char *name, struct rw_semaphore *sem, enum x_wait how)
{
	u8 *mine = held(sem);

	x_wait_for(name, x_rwsem_word(sem), X_RUN, false);
	if (!acquire(sem, how))
		return 0;
	*mine = how;
	return 1;
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return try("down_read_trylock", sem, X_READ_LOCK);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return try("down_write_trylock", sem, X_WRITE_LOCK);
}

void up_read(struct rw_semaphore *sem)
{
	give("up_read", sem, X_READ_LOCK, X_RUN);
}

void up_write(struct rw_semaphore *sem)
{
	give("up_write", sem, X_WRITE_LOCK, X_RUN);
}

void downgrade_write(struct rw_semaphore *sem)
{
	give("downgrade_write", sem, X_WRITE_LOCK, X_READ_LOCK);
}

void __mmdrop(struct mm_struct *mm)
{
	const int nr = x_mm_of(mm);

	if (nr < 0)
		x_cannot("drops something that is no mm", "");
	x_settle();
	if (x_world.scene.mm_freed[nr])
		x_mark_wrong(X_MM_FREED);
	x_world.scene.mm_freed[nr] = 1;
}

#ifdef CONFIG_PREEMPT_RCU
void __rcu_read_lock(void)
{
	x_rcu_read_lock();
}

void __rcu_read_unlock(void)
{
	x_rcu_read_unlock();
}
#endif

/* The other ways to wait, or to be woken. */
#define NOT_MODELLED(name)							\
void x_not_modelled_##name(void) __asm__(#name);				\
void x_not_modelled_##name(void)						\
{										\
	x_cannot("waits or wakes by " #name "(), which the explorer does not model", ""); \
}

NOT_MODELLED(schedule_timeout)
NOT_MODELLED(schedule_timeout_interruptible)
NOT_MODELLED(schedule_timeout_killable)
NOT_MODELLED(schedule_timeout_uninterruptible)
NOT_MODELLED(schedule_timeout_idle)
NOT_MODELLED(schedule_preempt_disabled)
NOT_MODELLED(io_schedule)
NOT_MODELLED(yield)
NOT_MODELLED(msleep)
NOT_MODELLED(msleep_interruptible)
NOT_MODELLED(usleep_range_state)
NOT_MODELLED(__cond_resched)
NOT_MODELLED(wait_for_completion)
NOT_MODELLED(wait_for_completion_killable)
NOT_MODELLED(complete)
NOT_MODELLED(complete_all)
NOT_MODELLED(prepare_to_wait)
NOT_MODELLED(prepare_to_wait_event)
NOT_MODELLED(prepare_to_wait_exclusive)
NOT_MODELLED(finish_wait)
NOT_MODELLED(__wake_up)
NOT_MODELLED(wake_up_q)
NOT_MODELLED(wake_up_var)
NOT_MODELLED(__var_waitqueue)
NOT_MODELLED(mutex_lock)
NOT_MODELLED(mutex_unlock)
NOT_MODELLED(mutex_lock_killable)
NOT_MODELLED(mutex_lock_nested)
NOT_MODELLED(mutex_lock_killable_nested)
NOT_MODELLED(down)
NOT_MODELLED(down_killable)
NOT_MODELLED(synchronize_rcu)
NOT_MODELLED(_raw_spin_lock)
NOT_MODELLED(_raw_spin_lock_nested)
NOT_MODELLED(_raw_spin_unlock)
NOT_MODELLED(_raw_spin_lock_irqsave)
NOT_MODELLED(_raw_spin_unlock_irqrestore)
