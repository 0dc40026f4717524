# SPDX-License-Identifier: GPL-2.0
"""What happens beside the steps of readers and of the writer: what the proof takes for granted of the rest.

Counts of readers by what they are doing: `reading`, `in_rcu`; by mm `active`, `mmap_holders`, `grabs`.
"""

from logic import at, both, changed, choose, either, negate, one_if
from machine import Event

# Who holds an mmap lock for writing: nobody, the writer of this VMA, somebody else.
FREE, WRITER, OTHERS = 0, 1, 2
TASK_RUNNING, TASK_UNINTERRUPTIBLE, TASK_KILLABLE, TASK_NORMAL, TASK_WAKEKILL = 0, 2, 0x102, 3, 0x100
NOBODY = 0


def more_readers(s, mm, n):
    """Of an mmap lock."""
    return {"mmap_readers": changed(s.mmap_readers, mm, s.mmap_readers[mm] + n)}


def odd(seq):
    return (seq & 1) == 1


def is_new(s, mm):
    """Assumed of mmap_write_lock(): its sequence is not that of a VMA with readers, having come round."""
    return negate(both(s.vm_mm == mm, s.reading != 0, s.mm_seq[mm] + 1 == s.vm_lock_seq))


def mm_ends(s, mm):
    """Its last user has gone; exit_mmap() has taken all VMAs out, callers have kept it while they used it."""
    unused = both(s.active[mm] == 0, s.held[mm] == FREE, s.mmap_readers[mm] == 0)
    return both(s.users[mm], unused, either(s.free, s.vm_mm != mm))


def reads_too(w, mm):
    """A writer that has downgraded its mmap lock."""
    return both(at(w, "READS_MMAP"), w.mm == mm)


EVENTS = [
    # The mmap lock, whoever takes it: a rwsem, and a sequence that is odd while it is held for writing.
    Event("others: mmap_write_lock", ("any_mm",),
          lambda s, w: both(s.held[s.any_mm] == FREE, s.mmap_readers[s.any_mm] == 0, s.users[s.any_mm]),
          lambda s, w: {"held": changed(s.held, s.any_mm, OTHERS)}),
    Event("others: mm_lock_seqcount_begin", ("any_mm",),
          lambda s, w: both(s.held[s.any_mm] == OTHERS, negate(odd(s.mm_seq[s.any_mm])), is_new(s, s.any_mm)),
          lambda s, w: {"mm_seq": changed(s.mm_seq, s.any_mm, s.mm_seq[s.any_mm] + 1)}),
    Event("others: wait for readers of another VMA", ("any_mm", "any_task"),
          lambda s, w: s.held[s.any_mm] == OTHERS,
          lambda s, w: {"waiter": changed(s.waiter, s.any_mm, s.any_task)}),
    Event("others: have waited", ("any_mm",),
          lambda s, w: s.held[s.any_mm] == OTHERS,
          lambda s, w: {"waiter": changed(s.waiter, s.any_mm, NOBODY)}),
    Event("others: mm_lock_seqcount_end", ("any_mm",),
          lambda s, w: both(s.held[s.any_mm] == OTHERS, odd(s.mm_seq[s.any_mm]), s.waiter[s.any_mm] == NOBODY),
          lambda s, w: {"mm_seq": changed(s.mm_seq, s.any_mm, s.mm_seq[s.any_mm] + 1)}),
    Event("others: mmap_write_unlock", ("any_mm",),
          lambda s, w: both(s.held[s.any_mm] == OTHERS, negate(odd(s.mm_seq[s.any_mm])), s.waiter[s.any_mm] == NOBODY),
          lambda s, w: {"held": changed(s.held, s.any_mm, FREE)}),
    Event("others: mmap_read_lock", ("any_mm",),
          lambda s, w: both(s.held[s.any_mm] == FREE, s.users[s.any_mm]),
          lambda s, w: more_readers(s, s.any_mm, 1)),
    Event("others: mmap_read_unlock", ("any_mm",),
          lambda s, w: s.mmap_readers[s.any_mm] > s.mmap_holders[s.any_mm] + one_if(reads_too(w, s.any_mm), s.any_mm),
          lambda s, w: more_readers(s, s.any_mm, -1)),
    # Signals, and wakeups of the writer for other reasons
    Event("a signal", (), lambda s, w: True, lambda s, w: {"signal": True}),
    Event("a fatal signal", (), lambda s, w: True, lambda s, w: {
        "signal": True, "fatal": True,
        "state": choose((s.state & TASK_WAKEKILL) != 0, TASK_RUNNING, s.state)}),
    Event("a wakeup without cause", (), lambda s, w: True, lambda s, w: {"state": s.state & 0}),
    # Lifetimes: of mms (whose memory is used again), and of the slab's page, after a grace period
    Event("an mm begins", ("any_mm",),
          lambda s, w: s.mm_count[s.any_mm] == 0,
          lambda s, w: {"users": changed(s.users, s.any_mm, True),
                     "mm_count": changed(s.mm_count, s.any_mm, 1), "mm_seq": changed(s.mm_seq, s.any_mm, 0),
                     "waiter": changed(s.waiter, s.any_mm, NOBODY)}),
    Event("an mm ends, but for those who grabbed it", ("any_mm",),
          lambda s, w: mm_ends(s, s.any_mm),
          lambda s, w: {"users": changed(s.users, s.any_mm, False),
                     "mm_count": changed(s.mm_count, s.any_mm, s.mm_count[s.any_mm] - 1)}),
    Event("the slab gives back the VMA's page", (),
          lambda s, w: both(s.free, s.in_rcu == 0),
          lambda s, w: {"gone": s.free}),
]  # fmt: skip
