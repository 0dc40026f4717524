# SPDX-License-Identifier: GPL-2.0
"""What always holds (the invariant), and what that is good for (the safety). Each in words and as a formula.

A conjunct is about the world and the writer, about any reader, or about any mm.
"""

from dataclasses import dataclass

from events import FREE, NOBODY, OTHERS, TASK_KILLABLE, TASK_RUNNING, TASK_UNINTERRUPTIBLE, WRITER, odd
from logic import at, below_or_equal, both, choose, either, implies, negate, one_if
from model import HAS_READ, OTHER_MM
from writer import target

# Places of the reader: with a count of the VMA; about to wake; where it must not come.
HOLDING = ("HOLDS", "SAME_MM", "LOOKS", "UNSTABLE", "GRABBED", "READS", "BACKS_OFF", "PUTS")
UNDER_RCU = ("FOUND", "LOOKED")
LATE = ("PUTS", "WAKES", "WAKES_TASK", "DROPS_MM")
SATURATING = ("SATURATES", "SATURATES_PUT")

# Places of the writer: with the flag; in the wait; readers gone; without the sequence being odd.
WAITING = (
    "REGISTERS",
    "ANNOUNCES",
    "LOOKS_AT_COUNT",
    "LOOKS_FOR_NOTICE",
    "LOOKS_FOR_SIGNAL",
    "LOOKS_WHICH",
    "SLEEPS",
    "UNREGISTERS",
    "RUNS",
)
FLAG_UP = (*WAITING, "NOTES", "LOWERS", "GIVES_BACK")
ASLEEP = ("LOOKS_FOR_NOTICE", "LOOKS_FOR_SIGNAL", "LOOKS_WHICH", "SLEEPS")
UNLOCKED = ("OFF", "READS_MMAP")
EVEN = ("BEGINS", "ENDS")
OVER = ("SATURATES_FLAG", "SATURATES_LOWER")
STARTING = ("RAISES_FLAG", "NOTES_ONLY", *FLAG_UP)

# How many readers there are of a kind: which, and by what mm or task they are counted.
COUNTS = {
    "reading": (lambda r: either(at(r, "READS"), both(at(r, "PUTS"), r.how == HAS_READ)), None),
    "trying": (lambda r: both(at(r, *HOLDING), negate(at(r, "READS")), negate(both(at(r, "PUTS"), r.how == HAS_READ))), None),
    "in_rcu": (lambda r: r.rcu, None),
    "active": (lambda r: negate(at(r, "IDLE")), lambda r: r.mm),
    "mmap_holders": (lambda r: both(r.mmap, negate(at(r, "IDLE"))), lambda r: r.mm),
    "grabs": (lambda r: either(at(r, "GRABBED", "DROPS_MM"), both(at(r, *LATE), r.how == OTHER_MM)), lambda r: r.vmm),
    "waking": (lambda r: at(r, "WAKES"), lambda r: r.vmm),
    "waking_task": (lambda r: at(r, "WAKES_TASK"), lambda r: r.task),
}  # fmt: skip


@dataclass(frozen=True)
class Claim:
    name: str
    words: str
    formula: object


def holders(s):
    return s.reading + s.trying


def flag_up(w):
    return at(w, *FLAG_UP)


def sleep_state(w, s):
    return choose(w.killable, s.state * 0 + TASK_KILLABLE, s.state * 0 + TASK_UNINTERRUPTIBLE)


def wake_on_its_way(s, w):
    return s.waking[w.mm] + s.waking_task[s.task] > 0


OF_WORLD = [
    Claim("word", "The count is the VMA's own one, if it is attached, and one for each reader that holds it; the "
          "flag is in it if and only if the writer is between raising and lowering it.",
          lambda s, w: s.refcnt == one_if(s.attached, s.refcnt) + holders(s)
          + choose(flag_up(w), s.flag, s.flag * 0)),
    Claim("limit", "Readers and the VMA's own count are never more than the limit: no carry into the flag.",
          lambda s, w: both(below_or_equal(s.reading, s.limit), below_or_equal(s.trying, s.limit),
                            below_or_equal(holders(s), s.limit),
                            below_or_equal(holders(s) + one_if(s.attached, s.flag), s.limit))),
    Claim("no saturation", "The writer is never about to saturate the count.",
          lambda s, w: negate(at(w, *OVER))),
    Claim("life", "The VMA is attached; or being detached; or the writer's alone; or free.",
          lambda s, w: choose(s.attached, both(negate(w.owns), negate(s.free), negate(w.detaching)),
                              choose(w.owns, both(negate(s.free), negate(w.detaching)),
                                     choose(s.free, negate(w.detaching), w.detaching)))),
    Claim("nobody left", "A VMA that is the writer's alone, or free, has no readers.",
          lambda s, w: implies(either(w.owns, s.free), both(s.reading == 0, s.trying == 0))),
    Claim("gone", "The memory of a VMA goes only when it is free, and nobody is left who has found it under RCU.",
          lambda s, w: implies(s.gone, both(s.free, s.in_rcu == 0))),
    Claim("detaching", "Who detaches is where a detacher can be, has the VMA write-locked, and is not killable.",
          lambda s, w: both(implies(w.detaching, both(either(at(w, "LEFT"), both(at(w, *STARTING), negate(at(w, "NOTES", "NOTES_ONLY", "GIVES_BACK")))),
                                                      w.write_locked, implies(negate(at(w, "LEFT")), negate(w.killable)))),
                            implies(at(w, "LEFT"), w.detaching))),
    Claim("starting", "Who starts a write has an attached VMA, or one of his own.",
          lambda s, w: both(implies(either(flag_up(w), at(w, "RAISES_FLAG")), either(s.attached, w.detaching)),
                            implies(at(w, "NOTES_ONLY"), w.owns))),
    Claim("excluded", "Once the wait has ended well no reader holds the count, until the flag is lowered.",
          lambda s, w: implies(either(at(w, "NOTES", "LOWERS"), both(at(w, "UNREGISTERS", "RUNS"), w.excluding)),
                               both(s.reading == 0, s.trying == 0))),
    Claim("owner", "The writer holds the mmap lock of the VMA's mm, except where it has none, or only for reading.",
          lambda s, w: both(implies(negate(at(w, *UNLOCKED)), both(s.held[w.mm] == WRITER, w.mm == s.vm_mm)),
                            implies(at(w, "READS_MMAP"), both(w.mm == s.vm_mm, s.mmap_readers[w.mm] > s.mmap_holders[w.mm])),
                            implies(at(w, *UNLOCKED), negate(w.write_locked)))),
    Claim("parity", "The mm's sequence is odd while the writer works under the mmap lock; the VMA's is always odd.",
          lambda s, w: both(odd(s.vm_lock_seq), implies(negate(at(w, *UNLOCKED)), odd(s.mm_seq[w.mm]) == negate(at(w, *EVEN))))),
    Claim("knowledge", "What the writer remembers of the sequences is so; write-locked means that they are equal.",
          lambda s, w: implies(negate(at(w, *UNLOCKED, *EVEN)), both(
              implies(w.knows_mm_seq, w.mm_seq == s.mm_seq[w.mm]), implies(w.knows_vma_seq, w.vma_seq == s.vm_lock_seq),
              implies(w.write_locked, s.vm_lock_seq == s.mm_seq[w.mm]),
              implies(at(w, *STARTING), either(w.knows_mm_seq, w.detaching)),
              implies(at(w, "LOWERS"), s.vm_lock_seq == s.mm_seq[w.mm])))),
    Claim("even", "The writer that begins or ends a mmap write lock knows nothing of the sequences.",
          lambda s, w: implies(at(w, *EVEN), negate(either(w.write_locked, w.knows_mm_seq, w.knows_vma_seq)))),
    Claim("write-locked", "While the sequences are equal, nobody holds the VMA read-locked.",
          lambda s, w: implies(s.vm_lock_seq == s.mm_seq[s.vm_mm], s.reading == 0)),
    Claim("registered", "During the wait the writer is the waiter of its mm.",
          lambda s, w: both(implies(both(at(w, *WAITING), negate(at(w, "REGISTERS", "RUNS"))), s.waiter[w.mm] == s.task),
                            implies(negate(at(w, *UNLOCKED)), both(w.task == s.task, s.task != NOBODY)))),
    Claim("task state", "A writer that goes to sleep does so as it should; a fatal signal is a signal.",
          lambda s, w: both(implies(at(w, "LOOKS_AT_COUNT", *ASLEEP),
                                    either(s.state == TASK_RUNNING, s.state == sleep_state(w, s))),
                            implies(s.fatal, s.signal),
                            implies(both(at(w, "SLEEPS"), s.fatal, w.killable), s.state == TASK_RUNNING),
                            implies(either(at(w, "LOOKS_FOR_NOTICE", "LOOKS_FOR_SIGNAL", "LOOKS_WHICH"), both(at(w, "UNREGISTERS", "RUNS"), negate(w.excluding)), at(w, "GIVES_BACK")), w.killable))),
    Claim("wake", "If the readers are gone since the writer looked, and it is not runnable, a wakeup is on its way.",
          lambda s, w: implies(both(at(w, *ASLEEP), s.state != TASK_RUNNING, s.refcnt == target(w, s)), wake_on_its_way(s, w))),
    Claim("mm in use", "The mm of a VMA that is not free has users.",
          lambda s, w: implies(negate(s.free), s.users[s.vm_mm])),
]  # fmt: skip

OF_READER = [
    Claim("reader: RCU", "A reader that has not got the count yet is under RCU or the mmap lock; nobody under RCU where that is given up.",
          lambda s, w, r: both(implies(at(r, *UNDER_RCU), both(r.rcu, negate(r.mmap))),
                               implies(at(r, "TRIES", "RAISES", "HOLDS", "SAME_MM", "LOOKS", "BACKS_OFF"), either(r.rcu, r.mmap)),
                               implies(at(r, "TRIES", "HOLDS", "SAME_MM", "LOOKS", "BACKS_OFF"), r.rcu),
                               implies(r.rcu, negate(r.mmap)),
                               implies(at(r, "MMAP"), r.mmap),
                               implies(at(r, "GRABBED", "UNSTABLE", *LATE), negate(r.mmap)),
                               implies(either(at(r, "GRABBED", "DROPS_MM"), both(at(r, *LATE), r.how == OTHER_MM)), negate(r.rcu)))),
    Claim("reader: no saturation", "No reader is ever about to saturate the count.",
          lambda s, w, r: negate(at(r, *SATURATING))),
    Claim("reader: count", "A reader that is about to raise the count has seen one below the limit, and not 0.",
          lambda s, w, r: implies(at(r, "RAISES"), both(r.old > 0, negate(s.limit - r.old < 1)))),
    Claim("reader: this mm", "A reader that has checked vm_mm, or holds the mmap lock, has a VMA of its own mm.",
          lambda s, w, r: both(implies(either(at(r, "SAME_MM", "LOOKS", "READS", "BACKS_OFF"), both(at(r, "PUTS"), r.how != OTHER_MM)), r.mm == s.vm_mm),
                               implies(both(at(r, "RAISES"), r.mmap), both(r.mm == s.vm_mm, s.attached)))),
    Claim("reader: copy of vm_mm", "What a reader with a count has copied of vm_mm is still so.",
          lambda s, w, r: both(implies(at(r, "UNSTABLE", "GRABBED", "PUTS"), r.vmm == s.vm_mm),
                               implies(both(at(r, "WAKES"), r.how != OTHER_MM), r.vmm == r.mm))),
    Claim("reader: second look", "The VMA's sequence does not change while a reader holds the count.",
          lambda s, w, r: implies(at(r, "LOOKS"), r.seen == s.vm_lock_seq)),
    Claim("reader: its mm", "A reader's own mm has users.",
          lambda s, w, r: implies(negate(at(r, "IDLE")), s.users[r.mm])),
]  # fmt: skip

OF_MM = [
    Claim("mm: count", "The count of an mm is one for its users, and one for each reader that grabbed it.",
          lambda s, w, m: s.mm_count[m] == one_if(s.users[m], s.grabs[m]) + s.grabs[m]),
    Claim("mm: mmap lock", "Held for writing by one, or for reading by any number; even while not held for writing.",
          lambda s, w, m: both(either(s.held[m] == FREE, s.held[m] == WRITER, s.held[m] == OTHERS),
                               implies(s.held[m] != FREE, s.mmap_readers[m] == 0),
                               implies(s.held[m] == FREE, negate(odd(s.mm_seq[m]))),
                               s.mmap_readers[m] >= s.mmap_holders[m])),
    Claim("mm: one writer", "The writer holds no other mmap lock than that of its mm.",
          lambda s, w, m: implies(s.held[m] == WRITER, both(m == w.mm, negate(at(w, *UNLOCKED))))),
    Claim("mm: waiter", "An mm whose mmap lock is free, or whose writer is not in the wait, has no waiter.",
          lambda s, w, m: both(implies(s.held[m] == FREE, s.waiter[m] == NOBODY),
                               implies(both(s.held[m] == WRITER, negate(both(at(w, *WAITING), negate(at(w, "REGISTERS", "RUNS"))))),
                                       s.waiter[m] == NOBODY))),
    Claim("mm: locked, in use", "An mm whose mmap lock is held has users.",
          lambda s, w, m: implies(either(s.held[m] != FREE, s.mmap_readers[m] > 0), s.users[m])),
]  # fmt: skip

SAFETY = [
    Claim("no reader in a write section", "While the writer writes, nobody holds the VMA read-locked, nor the mmap lock.",
          lambda s, w: implies(both(at(w, "LOCKED"), w.write_locked), both(s.reading == 0, s.mmap_holders[w.mm] == 0))),
    Claim("no lost wakeup", "If the writer sleeps, and the readers are gone, a wakeup is on its way.",
          lambda s, w: implies(both(at(w, "SLEEPS"), s.state != TASK_RUNNING, s.refcnt == target(w, s)), wake_on_its_way(s, w))),
    Claim("the killed do not sleep", "A killable writer with a fatal signal is runnable.",
          lambda s, w: implies(both(at(w, "SLEEPS"), w.killable, s.fatal), s.state == TASK_RUNNING)),
    Claim("the flag is given back", "Outside of the wait and the exclusion the flag is not in the count.",
          lambda s, w: implies(negate(flag_up(w)), (s.refcnt & s.flag) == 0)),
    Claim("detached is detached", "A VMA that is the writer's alone, or free, has a count of 0, and no readers.",
          lambda s, w: implies(either(w.owns, s.free), both(s.refcnt == 0, s.reading == 0, s.trying == 0))),
    Claim("no waiter is left behind", "Outside of the wait the writer is no waiter.",
          lambda s, w: implies(negate(either(at(w, *WAITING), at(w, *UNLOCKED))), s.waiter[w.mm] == NOBODY)),
    Claim("no carry, no borrow", "The bits below the flag are the readers' and the VMA's own; the count is not negative.",
          lambda s, w: both((s.refcnt & (s.flag - 1)) == holders(s) + one_if(s.attached, s.flag), negate(s.refcnt < 0))),
]  # fmt: skip
