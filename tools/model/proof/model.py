# SPDX-License-Identifier: GPL-2.0
"""The lock of one VMA: every access that a reader or a writer makes, one a step.

To be read next to include/linux/mmap_lock.h and mm/mmap_lock.c. A step has the C function, the place in
its program, the access, the word; each of its cases has a name, a condition, the next place, and what is
written and remembered. `v` is the value that the access reads; `r` and `w` are what reader and writer
remember; `s` is what tasks share. Words have 32 bits and wrap; < is that of C's int.

Readers are alike, and any number of them is there. One writer at a time works on the VMA: it holds the
mmap lock of the VMA's mm, or has the VMA from the slab and nobody else knows it. What all others do with
mmap locks, of this mm or another, and all else that can happen meanwhile, is in events.py.
"""

from events import FREE, NOBODY, TASK_NORMAL, TASK_RUNNING, more_readers
from logic import both, choose, either, negate
from machine import Case, OfTask, Shared, Step, never
from refcount import SATURATED, excluded, inc_not_zero_limited, over_after_add, over_after_sub, try_cmpxchg

UINT_MAX = 0xFFFFFFFF

REFCNT = Shared("vm_area_struct.vm_refcnt", "refcnt", wraps=True)
VM_LOCK_SEQ = Shared("vm_area_struct.vm_lock_seq", "vm_lock_seq", wraps=True)
VM_MM = Shared("vm_area_struct.vm_mm", "vm_mm")
MM_SEQ = Shared("mm_struct.mm_lock_seq", "mm_seq", keyed=True, wraps=True)
WAITER = Shared("mm_struct.vma_writer_wait", "waiter", keyed=True)
MM_COUNT = Shared("mm_struct.mm_count", "mm_count", keyed=True)
MMAP_LOCK = Shared("mm_struct.mmap_lock", "held", keyed=True)
STATE = OfTask("task_struct.__state", "state")
SIGNAL = OfTask("task_struct.thread_info.flags", "signal", nothing=False)
FATAL = OfTask("task_struct.pending.signal", "fatal", nothing=False)

# What a reader does after its put: it has read; it found the VMA write-locked; it found another mm.
HAS_READ, BACKS_OFF, OTHER_MM = 0, 1, 2


def own_mm(task):
    return task.mm


def found_mm(r):
    return r.vmm


def itself(w):
    return w.task


# --- Readers ------------------------------------------------------------------------------------------------


def take(v, r, s):
    """vma_start_read(), after it has read the count; under the mmap lock vma_start_read_locked()."""
    return [*take_under_rcu(v, r, s), *take_under_mmap_lock(v, r, s)]


def take_under_rcu(v, r, s):
    none, many = inc_not_zero_limited(v, s)
    return [
        Case("detached: -EAGAIN", both(none, negate(r.mmap)), "IDLE", remember={"rcu": False}),
        Case("excluded or at the limit: NULL", both(many, negate(r.mmap)), "IDLE", remember={"rcu": False}),
        Case("may be raised", both(negate(either(none, many)), negate(r.mmap)), "RAISES", remember={"old": v}),
    ]


def take_under_mmap_lock(v, r, s):
    none, many = inc_not_zero_limited(v, s)
    return [
        Case("detached, under the mmap lock", both(none, r.mmap), "MMAP", never=True),
        Case("at the limit, under the mmap lock", both(many, r.mmap), "MMAP"),
        Case(
            "may be raised, under the mmap lock",
            both(negate(either(none, many)), r.mmap),
            "RAISES",
            remember={"old": v},
        ),
    ]


def taken(r, when):
    return [
        Case("raised", both(when, negate(r.mmap)), "HOLDS"),
        Case("raised, under the mmap lock", both(when, r.mmap), "READS"),
    ]


def raises(v, r, s):
    over = over_after_add(v, 1)
    return try_cmpxchg(v, r.old, take(v, r, s), [
        *(case.writing(v + 1) for case in taken(r, negate(over))),
        Case("saturates", over, "SATURATES", v + 1, never=True)])  # fmt: skip


def leave(r, when):
    """What follows a put."""
    return [
        Case("done", both(when, negate(r.how == OTHER_MM)), "IDLE", remember={"rcu": False}),
        Case("another mm's VMA", both(when, r.how == OTHER_MM), "DROPS_MM"),
    ]


def judge(new, r, s, when):
    """vma_refcount_put(): by the value that this decrement returned."""
    wake = both(new != 0, excluded(new, s))
    return [Case("readers excluded: wakes", both(when, wake), "WAKES"), *leave(r, both(when, negate(wake)))]


def drops(v, r, s):
    over = over_after_sub(v, 1)
    return [
        Case("saturates", over, "SATURATES_PUT", v - 1, {"old": v}, never=True),
        *(case.writing(v - 1) for case in judge(v - 1, r, s, negate(over))),
    ]


def copies_mm(how):
    """Callers have dropped the mmap lock, if they had it."""
    return lambda v, r, s: [Case("vm_mm copied", negate(r.mmap), "PUTS", remember={"vmm": v, "how": how})]


def stays(place, name):
    return lambda v, who, s: [Case(name, True, place)]


READER = [
    # vma_start_read()
    Step("lock_vma_under_rcu", "IDLE", "rcu_read_lock", None, picks=("any_mm",), cases=lambda v, r, s: [
        Case("goes for the VMA", both(negate(s.free), s.users[s.any_mm]), "FOUND",
             remember={"mm": s.any_mm, "rcu": True, "mmap": False})]),
    Step("vma_start_read", "FOUND", "load", VM_LOCK_SEQ, lambda v, r, s: [
        Case("first look at the VMA's sequence", True, "LOOKED", remember={"seen": v})]),
    Step("vma_start_read", "LOOKED", "load", MM_SEQ, key=own_mm, cases=lambda v, r, s: [
        Case("write-locked: NULL", v == r.seen, "IDLE", remember={"rcu": False}),
        Case("not write-locked", v != r.seen, "TRIES")]),
    Step("__refcount_inc_not_zero_limited_acquire", "TRIES", "load", REFCNT, take_under_rcu),
    Step("__refcount_inc_not_zero_limited_acquire", "RAISES", "rmw", REFCNT, raises),
    Step("refcount_warn_saturate", "SATURATES", "store", REFCNT, lambda v, r, s: [
        never(case.writing(SATURATED)) for case in taken(r, True)]),
    Step("vma_start_read", "HOLDS", "load", VM_MM, lambda v, r, s: [
        Case("this mm's", v == r.mm, "SAME_MM", remember={"vmm": v}),
        Case("another mm's", v != r.mm, "UNSTABLE", remember={"vmm": v})]),
    Step("vma_start_read", "SAME_MM", "load", VM_LOCK_SEQ, lambda v, r, s: [
        Case("second look at the VMA's sequence", True, "LOOKS", remember={"seen": v})]),
    Step("vma_start_read", "LOOKS", "load", MM_SEQ, key=own_mm, cases=lambda v, r, s: [
        Case("write-locked: backs off", v == r.seen, "BACKS_OFF"),
        Case("read-locked", v != r.seen, "READS")]),
    # The VMA has gone to another mm: that one is grabbed before the put.
    Step("vma_start_read", "UNSTABLE", "rcu_read_unlock", None, lambda v, r, s: [
        Case("RCU dropped", r.rcu, "UNSTABLE", remember={"rcu": False})]),
    Step("vma_start_read", "UNSTABLE", "load", VM_MM, stays("UNSTABLE", "other_mm copied")),
    Step("mmgrab", "UNSTABLE", "rmw", MM_COUNT, key=found_mm, cases=lambda v, r, s: [
        Case("other mm grabbed", negate(r.rcu), "GRABBED", write=v + 1)]),
    # vma_refcount_put()
    Step("vma_refcount_put", "READS", "load", VM_MM, copies_mm(HAS_READ)),
    Step("vma_refcount_put", "BACKS_OFF", "load", VM_MM, copies_mm(BACKS_OFF)),
    Step("vma_refcount_put", "GRABBED", "load", VM_MM, copies_mm(OTHER_MM)),
    Step("__vma_refcount_put_return", "PUTS", "rmw", REFCNT, drops),
    Step("refcount_warn_saturate", "SATURATES_PUT", "store", REFCNT, lambda v, r, s: [
        never(case.writing(SATURATED)) for case in judge(r.old - 1, r, s, True)]),
    Step("rcuwait_wake_up", "WAKES", "load", WAITER, key=found_mm, cases=lambda v, r, s: [
        Case("a waiter", v != NOBODY, "WAKES_TASK", remember={"task": v}), *leave(r, v == NOBODY)]),
    Step("wake_up_process", "WAKES_TASK", "rmw", STATE, key=itself, cases=lambda v, r, s: [
        case.writing(choose((v & TASK_NORMAL) != 0, TASK_RUNNING, v)) for case in leave(r, True)]),
    Step("mmdrop", "DROPS_MM", "rmw", MM_COUNT, key=found_mm, cases=lambda v, r, s: [
        Case("other mm dropped", negate(r.rcu), "IDLE", write=v - 1)]),
    # Under the lock; without RCU, but for lock_next_vma().
    Step("(under the lock)", "READS", "reads", None, stays("READS", "reads")),
    Step("lock_vma_under_rcu", "READS", "rcu_read_unlock", None, lambda v, r, s: [
        Case("RCU dropped", r.rcu, "READS", remember={"rcu": False})]),
    # vma_start_read_locked(), and the mmap lock itself
    Step("mmap_read_lock", "IDLE", "down_read", MMAP_LOCK, key=lambda r: r.mm, picks=("any_mm",), cases=lambda v, r, s: [
        Case("mmap lock taken", both(s.held[s.any_mm] == FREE, s.users[s.any_mm]), "MMAP",
             remember={"mm": s.any_mm, "mmap": True, "rcu": False}, ghost=more_readers(s, s.any_mm, 1)),
        Case("mmap lock not taken", True, "IDLE")]),
    Step("(under the mmap lock)", "MMAP", "reads", None, stays("MMAP", "reads")),
    Step("__refcount_inc_not_zero_limited_acquire", "MMAP", "load", REFCNT, lambda v, r, s: [
        case.given(both(s.attached, s.vm_mm == r.mm)) for case in take_under_mmap_lock(v, r, s)]),
    *(Step("mmap_read_unlock", place, "up_read", MMAP_LOCK, key=own_mm, cases=lambda v, r, s, to=to: [
        Case("mmap lock dropped", r.mmap, to, remember={"mmap": False}, ghost=more_readers(s, r.mm, -1))])
      for place, to in (("MMAP", "IDLE"), ("READS", "READS"))),
]  # fmt: skip
