/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RUST_VMA_SWAP_WRAP_H
#define RUST_VMA_SWAP_WRAP_H

/* The prototypes of what ld puts in: of each, the real one and ours. */
#define WRAP(ret, name, ...)			\
	ret __real_##name(__VA_ARGS__);		\
	ret __wrap_##name(__VA_ARGS__);		\
	ret __wrap_##name(__VA_ARGS__)

#endif /* RUST_VMA_SWAP_WRAP_H */
