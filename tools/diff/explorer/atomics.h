/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exchanges of plain words are macros, so __func__ in them would name whoever uses them.
 */
#ifndef EXPLORER_ATOMICS_H
#define EXPLORER_ATOMICS_H

#define x_exchange(raw, ptr, ...)					\
({									\
	typeof(ptr) __x_ptr = (ptr);					\
	x_step(#raw, X_RMW, __x_ptr, sizeof(*__x_ptr));			\
	raw_##raw(__x_ptr, __VA_ARGS__);				\
})

#undef xchg
#undef xchg_acquire
#undef xchg_release
#undef xchg_relaxed
#undef cmpxchg
#undef cmpxchg_acquire
#undef cmpxchg_release
#undef cmpxchg_relaxed
#undef try_cmpxchg
#undef try_cmpxchg_acquire
#undef try_cmpxchg_release
#undef try_cmpxchg_relaxed
#define xchg(ptr, ...)				x_exchange(xchg, ptr, __VA_ARGS__)
#define xchg_acquire(ptr, ...)			x_exchange(xchg_acquire, ptr, __VA_ARGS__)
#define xchg_release(ptr, ...)			x_exchange(xchg_release, ptr, __VA_ARGS__)
#define xchg_relaxed(ptr, ...)			x_exchange(xchg_relaxed, ptr, __VA_ARGS__)
#define cmpxchg(ptr, ...)			x_exchange(cmpxchg, ptr, __VA_ARGS__)
#define cmpxchg_acquire(ptr, ...)		x_exchange(cmpxchg_acquire, ptr, __VA_ARGS__)
#define cmpxchg_release(ptr, ...)		x_exchange(cmpxchg_release, ptr, __VA_ARGS__)
#define cmpxchg_relaxed(ptr, ...)		x_exchange(cmpxchg_relaxed, ptr, __VA_ARGS__)
#define try_cmpxchg(ptr, ...)			x_exchange(try_cmpxchg, ptr, __VA_ARGS__)
#define try_cmpxchg_acquire(ptr, ...)		x_exchange(try_cmpxchg_acquire, ptr, __VA_ARGS__)
#define try_cmpxchg_release(ptr, ...)		x_exchange(try_cmpxchg_release, ptr, __VA_ARGS__)
#define try_cmpxchg_relaxed(ptr, ...)		x_exchange(try_cmpxchg_relaxed, ptr, __VA_ARGS__)

#endif /* EXPLORER_ATOMICS_H */
