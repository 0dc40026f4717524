// SPDX-License-Identifier: GPL-2.0
/*
 * What the hooks do: stop, and look at what the access that was let through did.
 */
#include "world.h"

int x_vma_of(const volatile void *addr)
{
	const unsigned long at = (unsigned long)addr - (unsigned long)x_world.vma;

	return at < sizeof(x_world.vma) ? at / sizeof(x_world.vma[0]) : -1;
}

int x_mm_of(const volatile void *addr)
{
	const unsigned long at = (unsigned long)addr - (unsigned long)x_world.mms;

	return at < sizeof(x_world.mms) ? at / sizeof(x_world.mms[0]) : -1;
}

/* Nobody else changes the tree while its lock is held for writing, so looks at it can come at any time. */
static bool is_shared(const volatile void *addr, enum x_kind kind)
{
	if ((unsigned long)addr - (unsigned long)&x_world >= sizeof(x_world) || x_beginning)
		return false;
	return kind != X_LOAD || x_self.mmap[0] != X_WRITE_LOCK || x_node_of(addr) < 0;
}

static bool is_count(const volatile void *addr, int vma)
{
	return vma >= 0 && addr == &x_world.vma[vma].vm_refcnt;
}

unsigned long x_peek(const volatile void *addr, unsigned int size)
{
	if (!addr)
		return 0;
	switch (size) {
	case 1:
		return *(const volatile u8 *)addr;
	case 2:
		return *(const volatile u16 *)addr;
	case 4:
		return *(const volatile u32 *)addr;
	default:
		return *(const volatile u64 *)addr;
	}
}

void x_poke(const volatile void *addr, unsigned int size, unsigned long value)
{
	if (!addr)
		return;
	switch (size) {
	case 1:
		*(volatile u8 *)addr = value;
		break;
	case 2:
		*(volatile u16 *)addr = value;
		break;
	case 4:
		*(volatile u32 *)addr = value;
		break;
	default:
		*(volatile u64 *)addr = value;
	}
}

void x_settle(void)
{
	const volatile void *addr = x_self.accessed;
	unsigned long old;
	int vma;

	if (!addr)
		return;
	x_self.accessed = NULL;
	old = x_self.before;
	x_self.before = 0;
	if (x_tracing)
		x_trace(NULL, NULL, x_peek(addr, x_self.stop.size));
	vma = x_vma_of(addr);
	if (!is_count(addr, vma))
		return;
	switch ((int)(x_peek(addr, 4) - old)) {
	case 1:
		x_self.holds[vma]++;
		break;
	case -1:
		x_self.just_put = 1;
		/* Otherwise it was the VMA's own. */
		if (x_self.holds[vma])
			x_self.dropped[vma] = !--x_self.holds[vma];
		break;
	}
}

static void check_vma(int vma, const volatile void *addr, enum x_kind kind)
{
	struct mm_struct *mm = x_world.vma[vma].vm_mm;
	const int nr = x_mm_of(mm);
	const int lock = nr < 0 ? 0 : x_self.mmap[nr];

	if (x_self.dropped[vma] && !lock)
		x_mark_wrong(X_USED_DROPPED);
	else if (!x_self.rcu && !x_self.holds[vma] && !lock)
		x_mark_wrong(X_USED_UNPROTECTED);
	if (kind != X_LOAD && !is_count(addr, vma) && lock != X_WRITE_LOCK)
		x_mark_wrong(X_WRITTEN_REUSED);
}

/* Here comes the access. */
static void let_through(void)
{
	const volatile void *addr = x_self.stop.addr;
	const int vma = x_vma_of(addr), mm = x_mm_of(addr), node = x_node_of(addr);

	x_self.just_put = 0;
	if (node >= 0 && x_node_free(node))
		x_mark_wrong(X_NODE_FREED);
	if (vma >= 0)
		check_vma(vma, addr, x_self.stop.kind);
	if (mm >= 0 && x_world.scene.mm_freed[mm])
		x_mark_wrong(X_MM_FREED);
	x_self.accessed = addr;
	x_self.before = addr ? x_peek(addr, x_self.stop.size) : 0;
	if (x_tracing)
		x_trace(x_self.stop.name, "", x_self.before);
}

static void stop_at(const char *name, const volatile void *addr, enum x_kind kind, unsigned int size,
		    enum x_wait wait, bool killable)
{
	x_settle();
	x_self.stop = (struct x_stop){ name, addr, kind, size, wait, killable, 0 };
	x_stop();
	let_through();
}

void x_pause(const char *name, const void *addr, unsigned int kind)
{
	stop_at(name, addr, kind, 1, X_RUN, false);
}

void x_wait_for(const char *name, const volatile void *addr, enum x_wait wait, bool killable)
{
	stop_at(name, addr, X_RMW, wait == X_SLEEP ? 4 : sizeof(x_rwsem_t), wait, killable);
}

void x_step(const char *name, unsigned int kind, const volatile void *addr, unsigned int size)
{
	if (is_shared(addr, kind))
		stop_at(name, addr, kind, size, X_RUN, false);
}

void x_step_repeated(const char *name, unsigned int kind, const volatile void *addr,
		     unsigned int size)
{
	if (!is_shared(addr, kind))
		return;
	stop_at(name, addr, kind, size, X_RUN, false);
	x_self.announced = addr;
}

/* An access that the compiler tells of, and maybe a macro has told of already. */
static void compiled(const char *name, enum x_kind kind, const volatile void *addr, unsigned int size)
{
	if (!is_shared(addr, kind))
		return;
	if (x_self.announced == addr) {
		x_self.announced = NULL;
		return;
	}
	stop_at(name, addr, kind, size, X_RUN, false);
}

#define COMPILED(size, suffix)								\
void __tsan_read##suffix(void *addr);							\
void __tsan_read##suffix(void *addr) { compiled("plain load", X_LOAD, addr, size); }	\
void __tsan_write##suffix(void *addr);							\
void __tsan_write##suffix(void *addr) { compiled("plain store", X_STORE, addr, size); }	\
void __tsan_volatile_read##suffix(void *addr);						\
void __tsan_volatile_read##suffix(void *addr) { compiled("volatile load", X_LOAD, addr, size); } \
void __tsan_volatile_write##suffix(void *addr);						\
void __tsan_volatile_write##suffix(void *addr) { compiled("volatile store", X_STORE, addr, size); } \
void __tsan_unaligned_read##suffix(void *addr);						\
void __tsan_unaligned_read##suffix(void *addr) { compiled("plain load", X_LOAD, addr, size); } \
void __tsan_unaligned_write##suffix(void *addr);					\
void __tsan_unaligned_write##suffix(void *addr) { compiled("plain store", X_STORE, addr, size); }

COMPILED(1, 1)
COMPILED(2, 2)
COMPILED(4, 4)
COMPILED(8, 8)
COMPILED(8, 16)

void __tsan_read_range(void *addr, size_t size);
void __tsan_read_range(void *addr, size_t size)
{
	compiled("plain load of a structure", X_LOAD, addr, 8);
}

void __tsan_write_range(void *addr, size_t size);
void __tsan_write_range(void *addr, size_t size)
{
	compiled("plain store of a structure", X_STORE, addr, 8);
}

void *__tsan_memset(void *addr, int value, size_t size);
void *__tsan_memset(void *addr, int value, size_t size)
{
	__tsan_write_range(addr, size);
	return memset(addr, value, size);
}

void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
	__tsan_read_range((void *)from, size);
	__tsan_write_range(to, size);
	return memcpy(to, from, size);
}

/* The compiler's own counters of executed lines; nothing of the kernel's is made of these. */
u64 __tsan_atomic64_fetch_add(volatile u64 *addr, u64 value, int order);
u64 __tsan_atomic64_fetch_add(volatile u64 *addr, u64 value, int order)
{
	if (is_shared(addr, X_RMW))
		x_cannot("uses a builtin atomic of the compiler, which the explorer does not model", "");
	*addr += value;
	return 0;
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void x_fence(const char *name)
{
	asm volatile("" : : : "memory");
	if (!x_tracing)
		return;
	x_settle();
	x_trace(name, "fence", 0);
}

bool x_warn(const char *name, bool cond)
{
	x_settle();
	if (x_tracing)
		x_trace(name, "warn", cond);
	if (cond && x_self.warns < U8_MAX)
		x_self.warns++;
	return cond;
}

/* As a fault: this schedule ends here. */
void x_bug(const char *name)
{
	__builtin_trap();
}

void x_lock_acquire(unsigned int subclass, int trylock, int read, int check)
{
	x_settle();
	x_self.lockdep++;
	if (subclass || !check || read != trylock || read > 1)
		x_self.lockdep_ways |= 1 << X_LOCKDEP_OTHER;
	else
		x_self.lockdep_ways |= 1 << (read ? X_LOCKDEP_SHARED_TRY : X_LOCKDEP_EXCLUSIVE);
	if (x_tracing)
		x_trace("lock_acquire", "lockdep", read | trylock << 1 | subclass << 2);
}

/* The mmap lock is about to be taken so. */
void x_nested(unsigned int subclass)
{
	x_settle();
	x_self.subclass = subclass;
	if (x_tracing)
		x_trace("nested", "lockdep", subclass);
}

void x_lock_release(void)
{
	x_settle();
	if (x_self.just_put)
		x_mark_wrong(X_LOCKDEP_LATE);
	x_self.lockdep--;
	if (x_tracing)
		x_trace("lock_release", "lockdep", 0);
}

void x_lock_acquired(void)
{
	x_settle();
	x_self.lockdep_ways |= 1 << X_LOCKDEP_STAT;
	if (x_tracing)
		x_trace("lock_acquired", "lockdep", 0);
}

void x_rcu_read_lock(void)
{
	x_settle();
	if (!x_self.rcu++) {
		memset(x_self.dropped, 0, sizeof(x_self.dropped));
		if (x_scene_now->lookups)
			x_rcu_reader(x_current, true);
	}
	if (x_tracing)
		x_trace("rcu_read_lock", "rcu", 0);
}

void x_rcu_read_unlock(void)
{
	x_settle();
	if (!--x_self.rcu && x_scene_now->lookups)
		x_rcu_reader(x_current, false);
	if (x_tracing)
		x_trace("rcu_read_unlock", "rcu", 0);
}

int x_rcu_read_lock_held(void)
{
	return x_self.rcu > 0;
}
