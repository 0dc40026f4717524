// SPDX-License-Identifier: GPL-2.0
/*
 * Sees what a task does that leaves no trace in a word or a result: warnings,
 * wakeups, and uses of the VMA after its count was dropped.
 *
 * A WARN that the task provokes is an outcome like any other. It is counted
 * and does not reach the log, where it would be taken for a mistake of the
 * kernel. WARNs of all other tasks are printed as ever.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "states.h"

#include "../../lib/watchpoint/watchpoint.h"

#include <linux/bug.h>
#include <linux/kprobes.h>
#include <linux/maple_tree.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>
#include <linux/refcount.h>
#include <linux/static_call.h>
#include <linux/tracepoint.h>

static struct task_struct *watched;
static struct diff_seen *seen_by_watched;
static const struct diff_cell *cell_of_watched;
/* mas_find() may walk; that is one lookup. */
static struct ma_state *walk_in_find;
static u32 last_word;
static bool dropped;
static int mm_count;
bool diff_in_assertion;

/*
 * An interrupt has the task that it interrupts as current, and does what that does: timers of RCU
 * wake rcuwaits up, for one. Where a kprobe traps, that looks like an NMI, and each NMI like an
 * interrupt as well.
 */
static bool interrupted(void)
{
	return in_serving_softirq() ||
	       hardirq_count() >> HARDIRQ_SHIFT > nmi_count() >> NMI_SHIFT;
}

static bool is_watched(void)
{
	return current == READ_ONCE(watched) && !interrupted();
}

const struct diff_cell *diff_watched_cell(void)
{
	return is_watched() ? cell_of_watched : NULL;
}

struct diff_seen *diff_noted(void)
{
	return is_watched() ? seen_by_watched : NULL;
}

static void count(u8 *n)
{
	if (*n < U8_MAX)
		++*n;
}

static int on_saturate(struct kprobe *p, struct pt_regs *regs)
{
	struct diff_seen *seen = diff_noted();

	if (seen)
		count(&seen->saturated[min(regs_get_kernel_argument(regs, 1), 5UL)]);
	return 0;
}

/* Goes straight back to the caller of what it replaces, the return value as it is. */
static noinline notrace void just_return(void)
{
}

/* The kernel does not export it. */
static struct bug_entry *no_bug(unsigned long addr)
{
	return NULL;
}

DEFINE_STATIC_CALL(diff_find_bug, no_bug);

/* As if the WARN had been reported. A BUG is: there is no way on from it. */
static int report(const struct bug_entry *bug, struct pt_regs *regs)
{
	struct diff_seen *seen = diff_noted();

	if (!seen || (bug && !(bug->flags & BUGFLAG_WARNING)))
		return 0;
	count(diff_in_assertion ? &seen->asserts : &seen->warns);
	regs_set_return_value(regs, BUG_TRAP_TYPE_WARN);
	instruction_pointer_set(regs, (unsigned long)just_return);
	return 1;
}
NOKPROBE_SYMBOL(report);

static int on_report(struct kprobe *p, struct pt_regs *regs)
{
	return report(static_call(diff_find_bug)(regs_get_kernel_argument(regs, 0)), regs);
}
NOKPROBE_SYMBOL(on_report);

static int on_report_entry(struct kprobe *p, struct pt_regs *regs)
{
	return report((void *)regs_get_kernel_argument(regs, 0), regs);
}
NOKPROBE_SYMBOL(on_report_entry);

/* With a post handler the kernel does not optimise the probe, and minds where it returns to. */
static void after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static int on_wake(struct kprobe *p, struct pt_regs *regs)
{
	struct rcuwait *w = (void *)regs_get_kernel_argument(regs, 0);

	if (is_watched())
		count(&seen_by_watched->wakes[w == &world.mm[0]->vma_writer_wait ? 0 :
				   w == &world.mm[1]->vma_writer_wait ? 1 : 2]);
	return 0;
}

static int on_look(struct ma_state *mas, struct pt_regs *regs)
{
	int n = seen_by_watched->looks;
	bool nothing;

	count(&seen_by_watched->looks);
	nothing = cell_of_watched->place && diff_look(cell_of_watched, n, mas);
	/* It may have put another VMA there. */
	last_word = atomic_read(&world.unwatched->vm_refcnt.refs);
	if (!nothing)
		return 0;
	regs_set_return_value(regs, 0);
	instruction_pointer_set(regs, (unsigned long)just_return);
	return 1;
}
NOKPROBE_SYMBOL(on_look);

static int on_find(struct kprobe *p, struct pt_regs *regs)
{
	struct ma_state *mas = (void *)regs_get_kernel_argument(regs, 0);
	int nothing;

	if (!is_watched())
		return 0;
	nothing = on_look(mas, regs);
	walk_in_find = !nothing && mas->status == ma_start ? mas : NULL;
	return nothing;
}
NOKPROBE_SYMBOL(on_find);

static int on_walk(struct kprobe *p, struct pt_regs *regs)
{
	struct ma_state *mas = (void *)regs_get_kernel_argument(regs, 0);
	bool in_find;

	if (!is_watched())
		return 0;
	in_find = walk_in_find == mas;
	walk_in_find = NULL;
	return in_find ? 0 : on_look(mas, regs);
}
NOKPROBE_SYMBOL(on_walk);

static struct kprobe probes[] = {
	{ .symbol_name = "refcount_warn_saturate",	.pre_handler = on_saturate },
	{ .symbol_name = "report_bug",			.pre_handler = on_report,
	  .post_handler = after },
	{ .symbol_name = "report_bug_entry",		.pre_handler = on_report_entry,
	  .post_handler = after },
	{ .symbol_name = "rcuwait_wake_up",		.pre_handler = on_wake },
	{ .symbol_name = "mas_find",			.pre_handler = on_find,
	  .post_handler = after },
	{ .symbol_name = "mas_walk",			.pre_handler = on_walk,
	  .post_handler = after },
};

/* The debug registers trap after the access, so the word is the new one. */
static void on_word(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	u32 word;

	if (!is_watched())
		return;
	if (diff_in_assertion)
		return;
	word = atomic_read(&world.unwatched->vm_refcnt.refs);
	if (dropped) {
		seen_by_watched->late = true;
	} else if (word < last_word) {
		dropped = true;
		seen_by_watched->grabbed = atomic_read(&world.unwatched->vm_mm->mm_count) - mm_count;
	}
	last_word = word;
}

static void on_field(struct perf_event *bp, struct perf_sample_data *data, struct pt_regs *regs)
{
	if (is_watched() && dropped && !diff_in_assertion)
		seen_by_watched->late = true;
}

static struct perf_event *__percpu *watchpoints[3];

void diff_watch_stop(void)
{
	for (int i = 0; i < ARRAY_SIZE(watchpoints); i++) {
		if (watchpoints[i] && !IS_ERR_PCPU(watchpoints[i]))
			unregister_wide_hw_breakpoint(watchpoints[i]);
		watchpoints[i] = NULL;
	}
}

int diff_watch_start(void)
{
	struct vm_area_struct *vma = world.vma;

	watchpoints[0] = watchpoint_set(&vma->vm_refcnt, sizeof(vma->vm_refcnt), HW_BREAKPOINT_RW, on_word);
	watchpoints[1] = watchpoint_set(&vma->vm_mm, sizeof(vma->vm_mm), HW_BREAKPOINT_RW, on_field);
	watchpoints[2] = watchpoint_set(&vma->vm_lock_seq, sizeof(vma->vm_lock_seq), HW_BREAKPOINT_RW,
					on_field);
	for (int i = 0; i < ARRAY_SIZE(watchpoints); i++) {
		if (IS_ERR_PCPU(watchpoints[i])) {
			diff_watch_stop();
			return -ENOSPC;
		}
	}
	return 0;
}

void diff_probes_begin(struct diff_seen *s, const struct diff_cell *cell)
{
	*s = (struct diff_seen){ };
	cell_of_watched = cell;
	walk_in_find = NULL;
	seen_by_watched = s;
	last_word = atomic_read(&world.unwatched->vm_refcnt.refs);
	mm_count = atomic_read(&world.unwatched->vm_mm->mm_count);
	dropped = false;
	WRITE_ONCE(watched, current);
}

void diff_probes_end(void)
{
	WRITE_ONCE(watched, NULL);
}

/* Before a task is woken, in the context of who wakes it. */
static void on_waking(void *sleeper, struct task_struct *task)
{
	if (task == sleeper && is_watched())
		seen_by_watched->woken = true;
}

static struct tracepoint *waking;

static void find_waking(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sched_waking"))
		waking = tp;
}

static void ignore_waking(struct task_struct *sleeper)
{
	tracepoint_probe_unregister(waking, on_waking, sleeper);
	tracepoint_synchronize_unregister();
}

static void *address_of(const char *name)
{
	struct kprobe kp = { .symbol_name = name };

	if (register_kprobe(&kp))
		return NULL;
	unregister_kprobe(&kp);
	return kp.addr;
}

/*
 * Where WARN_ONCE() itself remembers, and not report_bug(), refcount_t's warnings come once a boot: the first
 * state of all would differ from those of later sides. So they have come before; that it saturates is seen anyhow.
 */
static void have_warned(void)
{
	struct diff_seen ignored = { };
	refcount_t count;

	seen_by_watched = &ignored;
	WRITE_ONCE(watched, current);
	for (int i = REFCOUNT_ADD_NOT_ZERO_OVF; i <= REFCOUNT_DEC_LEAK; i++)
		refcount_warn_saturate(&count, i);
	WRITE_ONCE(watched, NULL);
}

int diff_probes_init(struct task_struct *sleeper)
{
	struct kprobe *list[ARRAY_SIZE(probes)];
	void *find_bug = address_of("find_bug");
	int err;

	if (find_bug)
		static_call_update(diff_find_bug, find_bug);
	for_each_kernel_tracepoint(find_waking, NULL);
	err = waking ? tracepoint_probe_register(waking, on_waking, sleeper) : -ENOENT;
	if (err) {
		pr_err("cannot see who wakes whom: %d\n", err);
		return err;
	}
	for (int i = 0; i < ARRAY_SIZE(probes); i++)
		list[i] = &probes[i];
	err = register_kprobes(list, ARRAY_SIZE(probes));
	if (err) {
		pr_err("cannot probe the kernel's warnings and wakeups: %d\n", err);
		ignore_waking(sleeper);
		return err;
	}
	have_warned();
	return 0;
}

void diff_probes_exit(void)
{
	struct kprobe *list[ARRAY_SIZE(probes)];

	for (int i = 0; i < ARRAY_SIZE(probes); i++)
		list[i] = &probes[i];
	unregister_kprobes(list, ARRAY_SIZE(probes));
	ignore_waking(diff_sleeper);
}
