/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Before the protocol's headers: the WARN of CONFIG_DEBUG_VM dumps the VMA, and keeps its
 * once where nothing clears it for the next cell.
 */
#ifndef VMA_LOCK_DIFF_WARN_H
#define VMA_LOCK_DIFF_WARN_H

#include <linux/mmdebug.h>

#ifdef CONFIG_DEBUG_VM
#undef VM_WARN_ON_ONCE_VMA
#define VM_WARN_ON_ONCE_VMA(cond, vma)		WARN_ON_ONCE(cond)
#endif

#endif /* VMA_LOCK_DIFF_WARN_H */
