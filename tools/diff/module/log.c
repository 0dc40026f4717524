// SPDX-License-Identifier: GPL-2.0
/*
 * What is seen leaves the guest as text in the memory of a PCI device (QEMU's
 * ivshmem-plain), which is a file of the host: no driver, no console, and all
 * that was written before a crash is there after it.
 *
 * Behind a page with a struct head there are records, one for each side:
 *
 *   record NAME
 *   ...
 *   sum CRC32 LENGTH		of the lines between
 *
 * A line is begun before what it tells of is done. So where something hangs or
 * crashes, the last line says in what; a line "trouble WHAT; MORE" follows it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "diff.h"

#include <linux/crc32.h>
#include <linux/io.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/reboot.h>
#include <linux/stacktrace.h>

#define IVSHMEM_BAR	2

struct head {
	char magic[8];
	/* So many bytes of text are there; how often something was said to go on. */
	u64 used, alive;
};

struct diff_log {
	const char *name;
	size_t begin;
};

static char *damage = "";
module_param(damage, charp, 0444);
MODULE_PARM_DESC(damage, "Damage the record of this side (for tests)");

static struct pci_dev *device;
static void *memory;
static struct head *head;
static char *text;
static size_t room, used;
static struct diff_log the_log;
static DEFINE_SPINLOCK(lock);

static void append(const char *fmt, va_list args)
{
	guard(spinlock_irqsave)(&lock);
	used += vscnprintf(text + used, room - used, fmt, args);
	/* Whoever looks at it from outside sees the text first. */
	smp_store_release(&head->used, used);
}

void diff_log_printf(struct diff_log *log, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	append(fmt, args);
	va_end(args);
}

void diff_log_alive(void)
{
	WRITE_ONCE(head->alive, head->alive + 1);
}

struct diff_log *diff_log_begin(const char *name)
{
	/* For who reads the console. */
	pr_info("side %s\n", name);
	diff_log_printf(&the_log, "record %s\n", name);
	the_log.name = name;
	the_log.begin = used;
	return &the_log;
}

/* -ENOSPC: something is missing, and the sum as well. */
int diff_log_end(struct diff_log *log)
{
	const size_t length = used - log->begin;
	const u32 sum = crc32_le(~0, text + log->begin, length) ^ ~0;

	if (used == room - 1)
		return -ENOSPC;
	if (!strcmp(damage, log->name))
		text[log->begin + length / 2] ^= 1;
	diff_log_printf(log, "sum %08x %zu\n", sum, length);
	return 0;
}

/* Says what has happened to the side at hand, on a line of its own. */
void diff_log_trouble(const char *fmt, ...)
{
	va_list args;

	if (used && text[used - 1] != '\n')
		diff_log_printf(NULL, "\n");
	diff_log_printf(NULL, "trouble ");
	va_start(args, fmt);
	append(fmt, args);
	va_end(args);
	diff_log_printf(NULL, "\n");
}

/* Nothing that comes after this can be relied on. */
void diff_log_give_up(const char *what, struct task_struct *task)
{
	unsigned long entries[12];
	char where[300] = "";
	unsigned int n = 0;
	int length = 0;

	/* That of a task that runs cannot be had. */
	if (task && diff_asleep(task))
		n = stack_trace_save_tsk(task, entries, ARRAY_SIZE(entries), 0);
	for (unsigned int i = 0; i < n; i++)
		length += scnprintf(where + length, sizeof(where) - length, "%s%ps", i ? " < " : "; in ",
				    (void *)entries[i]);
	diff_log_trouble("%s%s", what, where);
	pr_info("%s%s\n", what, where);
	emergency_restart();
}

int diff_log_init(void)
{
	int err;

	device = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110, NULL);
	if (!device) {
		pr_err("no device for the results: this module is for the guest of tools/diff/run\n");
		return -ENODEV;
	}
	err = pci_enable_device(device);
	if (err)
		goto put;
	memory = memremap(pci_resource_start(device, IVSHMEM_BAR), pci_resource_len(device, IVSHMEM_BAR),
			  MEMREMAP_WB);
	err = -ENOMEM;
	if (!memory)
		goto disable;
	head = memory;
	text = memory + PAGE_SIZE;
	room = pci_resource_len(device, IVSHMEM_BAR) - PAGE_SIZE;
	memcpy(head->magic, "vma_lock", sizeof(head->magic));
	return 0;

disable:
	pci_disable_device(device);
put:
	pci_dev_put(device);
	return err;
}

void diff_log_exit(void)
{
	memunmap(memory);
	pci_disable_device(device);
	pci_dev_put(device);
}
