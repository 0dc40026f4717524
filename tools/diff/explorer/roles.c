// SPDX-License-Identifier: GPL-2.0
/*
 * What the threads do: readers, writers, detachers, and what must hold between them.
 */
#include "world.h"

#include <linux/errno.h>

#define SCENE	x_world.scene

static bool of_readers(enum x_op op)
{
	switch (op) {
	case X_OP_start_read:
	case X_OP_start_read_locked:
	case X_OP_end_read:
	case X_OP_lock_vma_under_rcu:
	case X_OP_lock_next_vma:
	case X_OP_speculate_begin:
	case X_OP_speculate_retry:
	case X_OP_mmap_read_lock:
	case X_OP_mmap_read_lock_killable:
	case X_OP_mmap_read_trylock:
	case X_OP_mmap_read_unlock:
		return true;
	default:
		return false;
	}
}

/* If it returns a positive number it has taken a count. */
static bool takes(enum x_op op)
{
	return op == X_OP_start_read || op == X_OP_start_read_locked || op == X_OP_lock_vma_under_rcu ||
	       op == X_OP_lock_next_vma;
}

/* An operation on VMA @nr, found in @mm; afterwards lockdep's count of held maps is @held. */
int x_call(enum x_op op, int mm, int nr, int held)
{
	const struct x_side *side = of_readers(op) ? x_readers : x_writers;
	const int ret = side->op[op](x_mm(mm), &x_world.vma[nr]);

	x_settle();
	memset(x_self.dropped, 0, sizeof(x_self.dropped));
	x_self.announced = NULL;
	if (x_self.lockdep != held + (ret > 0 && takes(op)))
		x_mark_wrong(X_LOCKDEP_UNBALANCED);
	return ret;
}

static void lock(enum x_op op, int mm)
{
	x_call(op, mm, 0, x_self.lockdep);
	if (!(x_mm(mm)->mm_lock_seq.sequence & 1))
		x_mark_wrong(X_SEQUENCE);
}

static void unlock(enum x_op op, int mm)
{
	memset(SCENE.writer_in, 0, sizeof(SCENE.writer_in));
	x_call(op, mm, 0, x_self.lockdep);
	if (x_self.mmap[mm] == X_WRITE_LOCK)
		x_mark_wrong(X_MMAP_UNBALANCED);
}

/* Who holds the lock of the mmap looks for the VMA. */
static bool found(int mm)
{
	return SCENE.mapped[0] == mm + 1;
}

/* Reads what the lock protects, with others in between. */
void x_read_section(int vma)
{
	u8 first;

	SCENE.readers_in[vma]++;
	if (SCENE.writer_in[vma])
		x_mark_wrong(X_BOTH_IN);
	first = SCENE.data[vma][0];
	x_pause("reads", &SCENE.data[vma], X_LOAD);
	if (first != SCENE.data[vma][1])
		x_mark_wrong(X_TORN);
	SCENE.readers_in[vma]--;
}

void x_write_section(int mm, int vma)
{
	SCENE.writer_in[vma] = 1;
	if (SCENE.readers_in[vma])
		x_mark_wrong(X_BOTH_IN);
	SCENE.data[vma][0]++;
	SCENE.mm_data[mm][0]++;
	x_pause("writes", &SCENE.data[vma], X_STORE);
	SCENE.data[vma][1]++;
	SCENE.mm_data[mm][1]++;
}

static void role_reader(void)
{
	x_rcu_read_lock();
	x_self.ret = x_call(X_OP_start_read, 0, 0, 0);
	if (x_self.rcu != (x_self.ret == 1))
		x_mark_wrong(X_RCU_UNBALANCED);
	x_self.rcu = 0;
	if (x_self.ret != 1)
		return;
	x_read_section(0);
	x_call(X_OP_end_read, 0, 0, 0);
}

/* Asks whether it holds the lock, while it does. */
static void role_reader_asserting(void)
{
	x_rcu_read_lock();
	x_self.ret = x_call(X_OP_start_read, 0, 0, 0);
	x_self.rcu = 0;
	if (x_self.ret != 1)
		return;
	x_call(X_OP_assert_locked, 0, 0, 1);
	x_call(X_OP_end_read, 0, 0, 0);
}

/* Under the mmap lock it cannot fail, and goes on without it. */
static void role_reader_locked(void)
{
	x_call(X_OP_mmap_read_lock, 0, 0, 0);
	x_self.ret = found(0) ? x_call(X_OP_start_read_locked, 0, 0, 0) : -ENOENT;
	x_call(X_OP_mmap_read_unlock, 0, 0, x_self.ret == 1);
	if (x_self.ret != 1)
		return;
	x_read_section(0);
	x_call(X_OP_end_read, 0, 0, 0);
}

static void role_reader_trying(void)
{
	if (!x_call(X_OP_mmap_read_trylock, 0, 0, 0)) {
		x_self.ret = -EBUSY;
		return;
	}
	x_self.ret = found(0) ? 1 : -ENOENT;
	if (found(0))
		x_read_section(0);
	x_call(X_OP_mmap_read_unlock, 0, 0, 0);
}

/* Without any lock, in the hope that no writer comes. */
static void role_reader_speculating(void)
{
	u8 data[2];

	x_self.ret = x_call(X_OP_speculate_begin, 0, 0, 0);
	if (!x_self.ret)
		return;
	x_pause("reads", &SCENE.mm_data[0], X_LOAD);
	data[0] = SCENE.mm_data[0][0];
	x_pause("reads", &SCENE.mm_data[0], X_LOAD);
	data[1] = SCENE.mm_data[0][1];
	if (x_call(X_OP_speculate_retry, 0, 0, 0))
		x_self.ret = 2;
	else if (data[0] != data[1])
		x_mark_wrong(X_TORN);
	x_self.seq = 0;
}

/* The VMA of mm 0 for writing, unless it is detached; -EINTR: killed meanwhile. */
static int start_write(enum x_op op)
{
	return found(0) ? x_call(op, 0, 0, 0) : -ENOENT;
}

static void role_writer(void)
{
	lock(X_OP_mmap_write_lock, 0);
	x_self.ret = start_write(X_OP_start_write);
	if (!x_self.ret)
		x_write_section(0, 0);
	unlock(X_OP_mmap_write_unlock, 0);
}

static void role_killable_writer(void)
{
	lock(X_OP_mmap_write_lock, 0);
	x_self.ret = start_write(X_OP_start_write_killable);
	if (!x_self.ret)
		x_write_section(0, 0);
	unlock(X_OP_mmap_write_unlock, 0);
}

static void role_killable_locker(void)
{
	x_self.ret = x_call(X_OP_mmap_write_lock_killable, 0, 0, 0);
	if (x_self.ret)
		return;
	if (!(x_mm(0)->mm_lock_seq.sequence & 1))
		x_mark_wrong(X_SEQUENCE);
	if (!start_write(X_OP_start_write))
		x_write_section(0, 0);
	unlock(X_OP_mmap_write_unlock, 0);
}

static void role_reader_killable(void)
{
	x_self.ret = x_call(X_OP_mmap_read_lock_killable, 0, 0, 0);
	if (x_self.ret)
		return;
	if (found(0))
		x_read_section(0);
	x_call(X_OP_mmap_read_unlock, 0, 0, 0);
}

/* Lets readers in again before it gives up the mmap lock, and reads itself. */
static void role_downgrader(void)
{
	lock(X_OP_mmap_write_lock, 0);
	x_self.ret = start_write(X_OP_start_write);
	if (!x_self.ret)
		x_write_section(0, 0);
	unlock(X_OP_mmap_write_downgrade, 0);
	if (found(0))
		x_read_section(0);
	x_call(X_OP_mmap_read_unlock, 0, 0, 0);
}

/* A fatal signal for the first that one can kill, at any time. */
static void role_sigkill(void)
{
	int victim = 0;

	while (!strstr(x_scene_now->roles[victim], "killable"))
		victim++;
	x_pause("kill", &x_world.task[victim].pending.signal, X_RMW);
	x_kill(victim);
}

/* Another signal, which must not. */
static void role_signal(void)
{
	int victim = 0;

	while (!strstr(x_scene_now->roles[victim], "killable"))
		victim++;
	x_pause("kill", &x_world.task[victim].pending.signal, X_RMW);
	x_signal(victim);
}

/* Detaches, and frees: from here on readers may find the VMA, but not use it. */
static void detach(int mm)
{
	x_call(X_OP_start_write, mm, 0, 0);
	x_write_section(mm, 0);
	x_self.ret = x_call(X_OP_mark_detached, mm, 0, 0);
	if (SCENE.readers_in[0] || x_word())
		x_mark_wrong(X_READER_LEFT);
	SCENE.mapped[0] = 0;
	SCENE.freed[0] = 1;
}

static void role_detacher(void)
{
	lock(X_OP_mmap_write_lock, 0);
	x_self.ret = -ENOENT;
	if (found(0))
		detach(0);
	unlock(X_OP_mmap_write_unlock, 0);
}

/* The VMA is allocated by now. */
static void attach(int mm)
{
	x_call(X_OP_lock_init, mm, 0, 0);
	x_call(X_OP_start_write, mm, 0, 0);
	x_call(X_OP_assert_detached, mm, 0, 0);
	x_call(X_OP_mark_attached, mm, 0, 0);
	x_call(X_OP_assert_attached, mm, 0, 0);
	x_self.ret = x_call(X_OP_is_attached, mm, 0, 0);
	SCENE.mapped[0] = mm + 1;
}

static void role_attacher(void)
{
	lock(X_OP_mmap_write_lock, 0);
	x_self.ret = -EEXIST;
	if (SCENE.freed[0]) {
		SCENE.freed[0] = 0;
		x_world.vma[0].vm_mm = x_mm(0);
		attach(0);
	}
	unlock(X_OP_mmap_write_unlock, 0);
}

/*
 * Another mm gets the VMA that was freed (its lock nested in the first one's, as fork takes it),
 * writes to it, unmaps it, and goes away.
 */
static void role_reuser(void)
{
	x_wait_for("allocates", &SCENE.freed[0], X_FREED, false);
	SCENE.freed[0] = 0;
	x_world.vma[0].vm_mm = x_mm(1);
	lock(X_OP_mmap_write_lock_nested, 1);
	attach(1);
	unlock(X_OP_mmap_write_unlock, 1);

	lock(X_OP_mmap_write_lock, 1);
	detach(1);
	unlock(X_OP_mmap_write_unlock, 1);
	x_pause("drops the mm", &x_mm(1)->mm_count, X_RMW);
	if (atomic_dec_and_test(&x_mm(1)->mm_count))
		__mmdrop(x_mm(1));
}

/* Killed before it begins, if @killed. */
static void one_round(x_role *role, bool killed)
{
	if (killed)
		x_kill(x_current);
	role();
	x_forgive(x_current);
	if (x_self.ret == -ENOENT && SCENE.freed[0])
		role_attacher();
}

/* Many rounds, as a reader or a writer of some kind. */
static void role_rounds(void)
{
	static x_role *const choices[] = {
		role_reader, role_reader, role_reader, role_reader_locked, role_writer, role_downgrader,
		role_killable_writer, role_detacher,
	};

	for (int round = 0; round < X_ROUNDS; round++) {
		const unsigned int choice = x_draw('r', x_current, round);

		x_self.ret = 0;
		one_round(choices[choice % ARRAY_SIZE(choices)], choice & 8);
		x_event('r', x_self.ret);
	}
}

static const struct x_named_role roles[] = {
	{ "reader", role_reader },
	{ "reader-locked", role_reader_locked },
	{ "reader-trying", role_reader_trying },
	{ "reader-killable", role_reader_killable },
	{ "reader-speculating", role_reader_speculating },
	{ "reader-asserting", role_reader_asserting },
	{ "writer", role_writer },
	{ "killable-writer", role_killable_writer },
	{ "killable-locker", role_killable_locker },
	{ "downgrader", role_downgrader },
	{ "sigkill", role_sigkill },
	{ "signal", role_signal },
	{ "detacher", role_detacher },
	{ "attacher", role_attacher },
	{ "reuser", role_reuser },
	{ "rounds", role_rounds },
	{ "alone", x_role_alone },
	{ }
};

x_role *x_role_named(const char *name)
{
	const struct x_named_role *tables[] = { roles, x_lookup_roles };

	for (int i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct x_named_role *r = tables[i]; r->name; r++)
			if (!strcmp(r->name, name))
				return r->role;
	x_cannot("there is no role of this name", name);
}
