// SPDX-License-Identifier: GPL-2.0
/*
 * What an operation did in a state, as a line of text.
 */
#include "states.h"

static const char *const op_names[] = {
#define X(name) #name,
	VMA_LOCK_DIFF_OPS(X)
#undef X
};

/* What lockdep was told, in order: "+shared.try", "+exclusive", "=" (acquired), "-". */
static void write_lockdep(struct diff_log *log, const struct diff_seen *seen)
{
	for (int i = 0; i < seen->lockdeps; i++) {
		const u32 what = seen->lockdep[i];

		diff_log_printf(log, i ? "/" : " lockdep-told=");
		if (what & DIFF_LOCKDEP_ACQUIRED)
			diff_log_printf(log, "acquired");
		else if (!(what & DIFF_LOCKDEP_ACQUIRE))
			diff_log_printf(log, what & DIFF_LOCKDEP_LATE ? "-late" : "-");
		else
			diff_log_printf(log, "+%s%s%s%s%.*s",
					what & DIFF_LOCKDEP_READ ? "shared" :
					what & DIFF_LOCKDEP_RECURSIVE ? "recursive" : "exclusive",
					what & DIFF_LOCKDEP_TRY ? ".try" : "",
					what & DIFF_LOCKDEP_CHECK ? "" : ".unchecked",
					what & DIFF_LOCKDEP_NEST ? ".nest" : "",
					what & 7 ? 1 : 0, &"01234567"[what & 7]);
	}
}

/* "op@place word write-locked other-mm waiter signal:", before what comes of it. */
void diff_write_key(struct diff_log *log, const struct diff_cell *c, bool watched)
{
	diff_log_printf(log, "%s%s%s%s %08x %d %d %d %d:", op_names[c->op],
			c->place ? "@" : "", c->place ? c->place->name : "",
			watched ? "@watch" : "", c->word, c->write_locked, c->other_mm,
			c->waiter, c->signal);
}

/*
 * What came of it; what is as always is left out. Behind a bar: assertions that this kernel leaves
 * out, and what it does not tell lockdep. Only a C side that was compiled for it shows them.
 */
void diff_write_outcome(struct diff_log *log, const struct diff_cell *c, const struct diff_outcome *o)
{
	static const char *const locks[] = { "free", "read", "write" };

	diff_log_printf(log, " ret=%d word=%08x", o->ret, o->word);
	if (o->other_word != 1)
		diff_log_printf(log, " other=%08x", o->other_word);
	if (o->seq != c->vma_seq)
		diff_log_printf(log, o->seq == c->mm_seq ? " seq=mm" : " seq=%08x", o->seq);
	if (o->mm_seq != c->mm_seq)
		diff_log_printf(log, " mm_seq=%+d", (int)(o->mm_seq - c->mm_seq));
	if (o->seen.looks > DIFF_MAX_LOOKS)
		diff_log_printf(log, " looks-for-ever");
	if (o->mmap_state)
		diff_log_printf(log, " mmap-lock=%s",
				o->mmap_state & TASK_WAKEKILL ? "killable" : "uninterruptible");
	if (o->blocked)
		diff_log_printf(log, " blocks=%08x,%s%s", o->block_word,
				o->block_state & TASK_WAKEKILL ? "killable" : "uninterruptible",
				o->block_unseen ? ",unseen" : "");
	if (o->blocked && o->block_endless)
		diff_log_printf(log, " until=never");
	else if (o->blocked)
		diff_log_printf(log, " until=%08x", o->block_until);
	if (o->mmap_lock != o->mmap_lock_before)
		diff_log_printf(log, " mmap=%s", locks[o->mmap_lock]);
	for (int i = 0; i < ARRAY_SIZE(o->seen.saturated); i++)
		if (o->seen.saturated[i])
			diff_log_printf(log, " saturates=%d*%d", i, o->seen.saturated[i]);
	if (o->seen.warns)
		diff_log_printf(log, " warns=%d", o->seen.warns);
	for (int i = 0; i < ARRAY_SIZE(o->seen.wakes); i++)
		if (o->seen.wakes[i])
			diff_log_printf(log, " wakes=%s*%d",
					i == 2 ? "stranger" : i == c->other_mm ? "vm_mm" : "not-vm_mm",
					o->seen.wakes[i]);
	if (o->seen.woken)
		diff_log_printf(log, " woken");
	if (o->rcu)
		diff_log_printf(log, " rcu=%+d", o->rcu);
	if (o->preempt)
		diff_log_printf(log, " preempt=%+d", o->preempt);
	if (o->lockdep)
		diff_log_printf(log, " lockdep=%+d", o->lockdep);
	for (int i = 0; i < 2; i++)
		if (o->mm_count[i])
			diff_log_printf(log, " mm_count%d=%+d", i, o->mm_count[i]);
	if (o->stale)
		diff_log_printf(log, " leaves-waiter");
	if (!o->running && !o->block_endless)
		diff_log_printf(log, " not-running");
	if (o->seen.late)
		diff_log_printf(log, " late-touch");
	if (o->seen.grabbed)
		diff_log_printf(log, " grabbed=%+d", o->seen.grabbed);
	if (o->seen.asserts || o->seen.lockdeps)
		diff_log_printf(log, " |");
	if (o->seen.asserts)
		diff_log_printf(log, " asserts=%d", o->seen.asserts);
	write_lockdep(log, &o->seen);
	diff_log_printf(log, "\n");
}
