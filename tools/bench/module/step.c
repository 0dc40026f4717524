// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the instructions that a call executes, by stepping through it: by the CPU's own trap flag
 * or by QEMU. So the count is exact, the same each time, and takes in all that the function calls.
 *
 * Interrupts are off meanwhile, so nothing that is measured may sleep.
 */
#include "bench.h"
#include "steps.h"
#include "../../lib/synthetic_mm/synthetic_mm.h"

#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#ifdef CONFIG_X86
#include <asm/nops.h>
#define OWN_STEPPER	(&by_trap_flag)
#else
#include <asm/insn.h>
#define OWN_STEPPER	NULL
#endif

static bool qemu_steps;
module_param(qemu_steps, bool, 0400);
MODULE_PARM_DESC(qemu_steps, "QEMU does the stepping, not the CPU");

/* So many in a trace. */
#define TRACE_MAX	1024

static DEFINE_MUTEX(step_lock);
static const struct stepper *stepper;
static struct steps steps;

#ifdef CONFIG_X86
/* Direct calls only; after the retpolines there are no others here. */
static bool is_call(const u8 *insn)
{
	if (*insn == 0x2e)	/* %cs prefix, padding */
		insn++;
	return *insn == 0xe8;
}

/* Where ftrace can put a call. gcc leaves one in each function, rustc does not. */
static bool is_nop(const u8 *insn)
{
	return !memcmp(insn, (const u8[]){ BYTES_NOP5 }, 5);
}
#else
static bool is_call(const u8 *insn)
{
	const u32 word = le32_to_cpup((const __le32 *)insn);

	return aarch64_insn_is_bl(word) || aarch64_insn_is_blr(word);
}

/* ftrace's, and those of static branches and alternatives. */
static bool is_nop(const u8 *insn)
{
	return aarch64_insn_is_nop(le32_to_cpup((const __le32 *)insn));
}
#endif

#define stepped(function, ...) do {				\
	unsigned long flags;					\
								\
	steps.entry = (unsigned long)function;			\
	steps.n = 0;						\
	local_irq_save(flags);					\
	stepper->begin(&steps);					\
	function(__VA_ARGS__);					\
	local_irq_restore(flags);				\
} while (0)

static void show(struct seq_file *m, const char *name, const char *impl, bool trace)
{
	char symbol[KSYM_SYMBOL_LEN], last[KSYM_SYMBOL_LEN] = "";
	unsigned int i, calls = 0, nops = 0;

	/* Cut short, the two would be wrong. */
	if (!steps.n || steps.n > STEPS_MAX) {
		seq_printf(m, "error %s %s: %llu steps, expected 1 to %u\n", name, impl, steps.n,
			   STEPS_MAX);
		return;
	}
	if (!trace) {
		for (i = 0; i < steps.n; i++) {
			calls += is_call((const u8 *)steps.ip[i]);
			nops += is_nop((const u8 *)steps.ip[i]);
		}
		seq_printf(m, "%s %s %llu %u %u\n", name, impl, steps.n, calls, nops);
		return;
	}
	for (i = 0; i < min(steps.n, (u64)TRACE_MAX); i++) {
		snprintf(symbol, sizeof(symbol), "%ps", (void *)steps.ip[i]);
		if (strcmp(symbol, last))
			seq_printf(m, "%s%s %s %s", i ? "\n" : "", name, impl, symbol);
		strscpy(last, symbol, sizeof(last));
		snprintf(symbol, sizeof(symbol), "%pS", (void *)steps.ip[i]);
		*strchrnul(symbol, '/') = '\0';
		seq_printf(m, " %s", strchrnul(symbol, '+'));
	}
	seq_putc(m, '\n');
}

static int measure(struct seq_file *m, bool trace)
{
	struct synthetic_mm *s = synthetic_mm_create();
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	int ret;

	if (!s)
		return -ENOMEM;
	mm = synthetic_mm_mm(s);
	vma = synthetic_mm_vma(s);

	mutex_lock(&step_lock);
	stepper = qemu_steps ? &by_qemu : OWN_STEPPER;
	ret = stepper ? stepper->start() : -EOPNOTSUPP;
	if (ret)
		goto out;

#define each(show_as, function, setup, cleanup, ...) do {		\
	setup;								\
	stepped(oracle_##function, ##__VA_ARGS__);			\
	cleanup;							\
	show(m, show_as, "c", trace);					\
	setup;								\
	stepped(bench_##function, ##__VA_ARGS__);			\
	cleanup;							\
	show(m, show_as, "rust", trace);				\
} while (0)

	each("are_readers_excluded", are_readers_excluded, , , 1);

	mmap_write_lock(mm);
	vma_start_write(vma);
	each("vma_mark_attached", vma_mark_attached, , oracle_vma_mark_detached(vma), vma);
	each("vma_mark_detached", vma_mark_detached, vma_mark_attached(vma), , vma);
	vma_mark_attached(vma);
	each("vma_start_write_again", vma_start_write, , , vma);
	mmap_write_unlock(mm);

	mmap_write_lock(mm);
	each("vma_start_write", vma_start_write, , mmap_write_unlock(mm); mmap_write_lock(mm), vma);
	mmap_write_unlock(mm);

	rcu_read_lock();
	each("vma_start_read", vma_start_read, , vma_end_read(vma), mm, vma);
	rcu_read_unlock();

	mmap_read_lock(mm);
	each("vma_start_read_locked", vma_start_read_locked, , vma_end_read(vma), vma);
	each("vma_refcount_put", vma_refcount_put, WARN_ON(!vma_start_read_locked(vma)), , vma);
	mmap_read_unlock(mm);

#undef each
	stepper->stop();
out:
	mutex_unlock(&step_lock);
	synthetic_mm_destroy(s);
	return ret;
}

int bench_instructions_show(struct seq_file *m, void *unused)
{
	return measure(m, false);
}

int bench_trace_show(struct seq_file *m, void *unused)
{
	return measure(m, true);
}

int bench_at_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "0x%llx\n", by_qemu_at());
	return 0;
}
