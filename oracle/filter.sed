# SPDX-License-Identifier: GPL-2.0
# Leaves of mm/mmap_lock.c what can be compiled a second time, into a module.

# Exports and trace points are the running kernel's.
/^#define CREATE_TRACE_POINTS/d
/^EXPORT_/d
/^#ifdef CONFIG_TRACING$/,/^#endif/d

# Stack expansion has nothing to do with VMA locks, and is not exported.
/^#ifdef CONFIG_LOCK_MM_AND_FIND_VMA$/,/^#endif \/\* CONFIG_LOCK_MM_AND_FIND_VMA/d
