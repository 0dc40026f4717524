// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own torture framework, as it stands in its tree: stutter, shuffle, CPU
 * hotplug, timed shutdown. Stock kernels come without it (CONFIG_TORTURE_TEST).
 */
#include <linux/export.h>
#include <linux/module.h>

/* It is part of this module here: no module of its own, and nothing for others to use. */
#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol)
#undef MODULE_AUTHOR
#define MODULE_AUTHOR(author)
#undef MODULE_DESCRIPTION
#define MODULE_DESCRIPTION(description)

#include <kernel/torture.c>
