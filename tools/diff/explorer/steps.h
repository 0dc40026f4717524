/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the hooks call.
 */
#ifndef EXPLORER_STEPS_H
#define EXPLORER_STEPS_H

/* Before an access to a word that may be shared: others may come in between. */
void x_step(const char *name, unsigned int kind, const volatile void *addr, unsigned int size);

/* The same, where the compiler's instrumentation will tell of the access once more. */
void x_step_repeated(const char *name, unsigned int kind, const volatile void *addr,
		     unsigned int size);

void x_fence(const char *name);

/* Returns @cond. */
bool x_warn(const char *name, bool cond);
void __noreturn x_bug(const char *name);

void x_lock_acquire(unsigned int subclass, int trylock, int read, int check);
void x_nested(unsigned int subclass);
void x_lock_release(void);
void x_lock_acquired(void);

void x_rcu_read_lock(void);
void x_rcu_read_unlock(void);
int x_rcu_read_lock_held(void);

#endif /* EXPLORER_STEPS_H */
