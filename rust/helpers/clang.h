/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put before the helpers when clang compiles them for a kernel that gcc built:
 * what the kernel's configuration says about its compiler is not true of clang.
 *
 * One of these is dangerous. Told that named address spaces are there, the
 * headers mark per-CPU variables in a way that clang drops without a word: the
 * %gs: is missing from the access, which then is to some other CPU's variable
 * or to none. rust/check-inline looks for that in every object.
 */
#undef CONFIG_CC_IS_GCC
#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_CC_HAS_NAMED_AS_FIXED_SANITIZERS
#undef CONFIG_USE_X86_SEG_SUPPORT
#undef CONFIG_GCC_VERSION
#undef CONFIG_CLANG_VERSION

#define CONFIG_CC_IS_CLANG 1
#define CONFIG_GCC_VERSION 0
#define CONFIG_CLANG_VERSION CONFIG_RUSTC_LLVM_VERSION
#define CONFIG_CC_HAS_BROKEN_COUNTED_BY_REF 1
