// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the instructions that a call executes, by letting the CPU trap after
 * each one (the trap flag). So the count is exact, the same each time, and
 * takes in all that the function calls, on an emulated CPU as on a real one.
 *
 * Interrupts are off meanwhile, so nothing that is measured may sleep.
 */
#include "bench.h"
#include "../../lib/synthetic_mm/synthetic_mm.h"

#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include <asm/nops.h>

#define STEPS_MAX 1024

static DEFINE_MUTEX(step_lock);
static struct {
	struct task_struct *task;
	unsigned long entry, ret;
	unsigned int steps, calls, ftrace_nops;
	unsigned long ip[STEPS_MAX];
} step;

/* Direct calls only; after the retpolines there are no others here. */
static bool is_call(const u8 *insn)
{
	if (*insn == 0x2e)	/* %cs prefix, padding */
		insn++;
	return *insn == 0xe8;
}

/* Where ftrace can put a call. gcc leaves one in each function, rustc does not. */
static bool is_ftrace_nop(const u8 *insn)
{
	return !memcmp(insn, (const u8[]){ BYTES_NOP5 }, 5);
}

/* The instruction at regs->ip is about to be executed. */
static int on_step(struct notifier_block *nb, unsigned long event, void *data)
{
	struct die_args *args = data;
	struct pt_regs *regs = args->regs;

	if (event != DIE_DEBUG || step.task != current || user_mode(regs))
		return NOTIFY_DONE;

	if (!step.ret && regs->ip == step.entry)
		step.ret = *(unsigned long *)regs->sp;

	if (regs->ip == step.ret) {
		step.task = NULL;
		regs->flags &= ~X86_EFLAGS_TF;
	} else if (step.ret) {
		if (step.steps < STEPS_MAX)
			step.ip[step.steps] = regs->ip;
		step.steps++;
		step.calls += is_call((const u8 *)regs->ip);
		step.ftrace_nops += is_ftrace_nop((const u8 *)regs->ip);
	}
	return NOTIFY_STOP;
}

static struct notifier_block step_notifier = {
	.notifier_call = on_step,
	.priority = INT_MAX,
};

static __always_inline void step_begin(void *function)
{
	step.entry = (unsigned long)function;
	step.ret = 0;
	step.steps = 0;
	step.calls = 0;
	step.ftrace_nops = 0;
	step.task = current;
	asm volatile("pushf\n\torl %0, (%%rsp)\n\tpopf" :: "i" (X86_EFLAGS_TF) : "memory", "cc");
}

/* The trap flag goes at the return from @function. */
#define stepped(function, ...) do {				\
	unsigned long flags;					\
								\
	local_irq_save(flags);					\
	step_begin(function);					\
	function(__VA_ARGS__);					\
	local_irq_restore(flags);				\
} while (0)

static void show(struct seq_file *m, const char *name, const char *impl, bool trace)
{
	char symbol[KSYM_SYMBOL_LEN], last[KSYM_SYMBOL_LEN] = "";
	unsigned int i;

	if (!trace) {
		seq_printf(m, "%s %s %u %u %u\n", name, impl, step.steps, step.calls,
			   step.ftrace_nops);
		return;
	}
	for (i = 0; i < min(step.steps, STEPS_MAX); i++) {
		snprintf(symbol, sizeof(symbol), "%ps", (void *)step.ip[i]);
		if (strcmp(symbol, last))
			seq_printf(m, "%s%s %s %s", i ? "\n" : "", name, impl, symbol);
		strscpy(last, symbol, sizeof(last));
		snprintf(symbol, sizeof(symbol), "%pS", (void *)step.ip[i]);
		*strchrnul(symbol, '/') = '\0';
		seq_printf(m, " %s", strchrnul(symbol, '+'));
	}
	seq_putc(m, '\n');
}

static void measure(struct seq_file *m, bool trace)
{
	struct synthetic_mm *s = synthetic_mm_create();
	struct vm_area_struct *vma;
	struct mm_struct *mm;

	if (!s)
		return;
	mm = synthetic_mm_mm(s);
	vma = synthetic_mm_vma(s);

	mutex_lock(&step_lock);
	register_die_notifier(&step_notifier);

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
	unregister_die_notifier(&step_notifier);
	mutex_unlock(&step_lock);
	synthetic_mm_destroy(s);
}

int bench_instructions_show(struct seq_file *m, void *unused)
{
	measure(m, false);
	return 0;
}

int bench_trace_show(struct seq_file *m, void *unused)
{
	measure(m, true);
	return 0;
}
