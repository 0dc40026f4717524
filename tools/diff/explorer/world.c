// SPDX-License-Identifier: GPL-2.0
/*
 * The memory that threads share, as a scene begins; and what of it is the state.
 */
#include "world.h"

#include <linux/maple_tree.h>
#include <linux/sched/signal.h>

struct x_world x_world;
struct x_self x_self;
int x_threads, x_current, x_beginning;
const struct x_side *x_readers, *x_writers;
const struct x_scene *x_scene_now;

static x_role *role[X_THREADS];

static void begin_mm(struct mm_struct *mm)
{
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	mm->mmap_lock = (struct rw_semaphore)__RWSEM_INITIALIZER(mm->mmap_lock);
	mm->mm_lock_seq.sequence = 4;
}

void x_world_begin(const struct x_scene *scene, const void *readers, const void *writers)
{
	memset(&x_world, 0, sizeof(x_world));
	memset(&x_self, 0, sizeof(x_self));
	x_scene_now = scene;
	x_readers = readers;
	x_writers = writers;
	for (x_threads = 0; x_threads < X_THREADS && scene->roles[x_threads]; x_threads++)
		role[x_threads] = x_role_named(scene->roles[x_threads]);
	for (int i = 0; i < X_MMS; i++)
		begin_mm(x_mm(i));
	for (int i = 0; i < X_VMAS; i++) {
		struct vm_area_struct *vma = &x_world.vma[i];

		vma->vm_mm = x_mm(0);
		x_world.scene.mapped[i] = 1;
		vma->vm_start = VMA_LOCK_DIFF_ADDRESS + i * PAGE_SIZE;
		vma->vm_end = vma->vm_start + PAGE_SIZE;
		vma->vm_lock_seq = 3;
		atomic_set(&vma->vm_refcnt.refs, 1);
	}
	if (scene->lookups) {
		x_beginning = 1;
		x_tree_begin();
		x_beginning = 0;
	}
	if (scene->other_mm)
		x_world.vma[0].vm_mm = x_mm(1);
	if (scene->planted)
		x_plant(scene->planted - 1);
	if (scene->count)
		atomic_set(&x_world.vma[0].vm_refcnt.refs, scene->count);
	if (scene->detached) {
		atomic_set(&x_world.vma[0].vm_refcnt.refs, 0);
		x_world.scene.freed[0] = 1;
		x_world.scene.mapped[0] = 0;
	}
}

void x_thread_run(void)
{
	role[x_current]();
	x_settle();
	/* One operation may well end with something held. */
	if (x_self.lockdep && !x_scene_now->planted)
		x_mark_wrong(X_LOCKDEP_UNBALANCED);
	if (x_self.rcu)
		x_mark_wrong(X_RCU_UNBALANCED);
	for (int i = 0; i < X_MMS; i++)
		if (x_self.mmap[i])
			x_mark_wrong(X_MMAP_UNBALANCED);
	x_self.done = 1;
}

#define EXTENT(x)	{ &(x), sizeof(x) }

/* From the rwsem to the sequence, with the waiter in between. */
#define MMAP_EXTENT(mm)								\
	{ &(mm).mmap_lock, offsetofend(struct mm_struct, mm_lock_seq) -		\
			   offsetof(struct mm_struct, mmap_lock) }

#define MM_EXTENTS(nr)									\
	EXTENT(x_world.mms[nr].mm.mm_count), EXTENT(x_world.mms[nr].mm.mm_users), \
	EXTENT(x_world.mms[nr].mm.mm_mt), MMAP_EXTENT(x_world.mms[nr].mm)

static const struct x_extent common[] = { EXTENT(x_world.scene), EXTENT(x_world.vma[0]), MM_EXTENTS(0) };
static const struct x_extent second_mm[] = { MM_EXTENTS(1) };
static const struct x_extent more_vmas[] = { EXTENT(x_world.vma[1]), EXTENT(x_world.vma[2]),
					     EXTENT(x_world.nodes) };

static bool takes_part(const char *name)
{
	for (int i = 0; i < x_threads; i++)
		if (!strcmp(x_scene_now->roles[i], name))
			return true;
	return false;
}

/* What no role of the scene knows of is left out. */
const struct x_extent *x_world_extents(int *n)
{
	static struct x_extent extents[ARRAY_SIZE(common) + ARRAY_SIZE(second_mm) + ARRAY_SIZE(more_vmas)];

	memcpy(extents, common, sizeof(common));
	*n = ARRAY_SIZE(common);
	/* A path may go to the other mm, and is taken back. */
	if (takes_part("reuser") || x_tracing == X_PATHS) {
		memcpy(extents + *n, second_mm, sizeof(second_mm));
		*n += ARRAY_SIZE(second_mm);
	}
	if (x_scene_now->lookups) {
		memcpy(extents + *n, more_vmas, sizeof(more_vmas));
		*n += ARRAY_SIZE(more_vmas);
	}
	return extents;
}

#define TASK_EXTENTS(nr)							\
	{									\
		EXTENT(x_world.task[nr].__state),				\
		EXTENT(x_world.task[nr].thread_info.flags),			\
		EXTENT(x_world.task[nr].pending.signal),			\
	}

const struct x_extent *x_task_extents(int thread, int *n)
{
	static const struct x_extent tasks[X_THREADS][3] = {
		TASK_EXTENTS(0), TASK_EXTENTS(1), TASK_EXTENTS(2), TASK_EXTENTS(3), TASK_EXTENTS(4),
	};

	*n = ARRAY_SIZE(tasks[0]);
	return tasks[thread];
}

const struct x_extent *x_world_all(int *n)
{
	static const struct x_extent all = EXTENT(x_world);

	*n = 1;
	return &all;
}

int x_enabled(int thread, const struct x_stop *stop)
{
	const x_rwsem_t *word = (const x_rwsem_t *)stop->addr;

	switch (stop->wait) {
	case X_SLEEP:
		return READ_ONCE(x_world.task[thread].__state) == TASK_RUNNING ||
		       signal_pending_state(x_world.task[thread].__state, &x_world.task[thread]);
	case X_READ_LOCK:
		return *word != X_RWSEM_WRITTEN || (stop->killable && x_fatal(thread));
	case X_WRITE_LOCK:
		return *word == X_RWSEM_FREE || (stop->killable && x_fatal(thread));
	case X_FREED:
		return x_world.scene.freed[0];
	default:
		return 1;
	}
}

/*
 * The same role twice: which of the two is where makes no difference. But it does which of two is
 * killed, or in RCU.
 */
int x_twins(int a, int b)
{
	return role[a] == role[b] && !strstr(x_scene_now->roles[a], "killable") && !x_scene_now->lookups;
}

void *x_task(int thread)
{
	return &x_world.task[thread];
}

unsigned int x_word(void)
{
	return atomic_read(&x_world.vma[0].vm_refcnt.refs);
}

unsigned int x_wrong(void)
{
	return x_world.scene.wrong;
}

int x_waiter(void)
{
	for (int i = 0; i < X_MMS; i++)
		if (rcu_access_pointer(x_mm(i)->vma_writer_wait.task))
			return rcu_access_pointer(x_mm(i)->vma_writer_wait.task) - x_world.task;
	return -1;
}

void x_summary(unsigned int out[4])
{
	out[0] = x_word();
	out[1] = x_world.vma[0].vm_lock_seq;
	out[2] = x_mm(0)->mm_lock_seq.sequence;
	out[3] = x_waiter() + 1;
}

int x_state_of(int thread)
{
	return READ_ONCE(x_world.task[thread].__state);
}

/* Names of words, for people. */
#define NAMED(type, member)	{ #type "." #member, offsetof(struct type, member), \
				  sizeof_field(struct type, member) }

struct named {
	const char *name;
	unsigned int at, size;
};

static const struct named vma_words[] = {
	NAMED(vm_area_struct, vm_refcnt),
	NAMED(vm_area_struct, vm_lock_seq),
	NAMED(vm_area_struct, vm_mm),
	NAMED(vm_area_struct, vm_start),
	NAMED(vm_area_struct, vm_end),
	{ }
}, mm_words[] = {
	NAMED(mm_struct, mm_count),
	NAMED(mm_struct, mm_users),
	NAMED(mm_struct, mmap_lock),
	NAMED(mm_struct, vma_writer_wait),
	NAMED(mm_struct, mm_lock_seq),
	NAMED(mm_struct, mm_mt),
	{ }
}, task_words[] = {
	NAMED(task_struct, __state),
	NAMED(task_struct, thread_info.flags),
	NAMED(task_struct, pending.signal),
	{ }
};

static const char *name_in(const struct named *words, unsigned int at)
{
	for (; words->name; words++)
		if (at - words->at < words->size)
			return words->name;
	return NULL;
}

/* What @addr is in; @nr: of which VMA, mm or task. */
const char *x_where(const volatile void *addr, unsigned int *nr)
{
	const unsigned long task = (unsigned long)addr - (unsigned long)x_world.task;
	const int vma = x_vma_of(addr), mm = x_mm_of(addr);
	const char *name = NULL;

	*nr = 0;
	if (vma >= 0) {
		*nr = vma;
		name = name_in(vma_words, (unsigned long)addr - (unsigned long)&x_world.vma[vma]);
	} else if (mm >= 0) {
		*nr = mm;
		name = name_in(mm_words, (unsigned long)addr - (unsigned long)x_mm(mm));
	} else if (task < sizeof(x_world.task)) {
		*nr = task / sizeof(x_world.task[0]);
		name = name_in(task_words, task % sizeof(x_world.task[0]));
	} else if (x_node_of(addr) >= 0) {
		*nr = x_node_of(addr);
		name = "maple_node";
	} else {
		name = "scene";
	}
	return name ?: vma >= 0 ? "vm_area_struct" : mm >= 0 ? "mm_struct" : "task_struct";
}
