# SPDX-License-Identifier: GPL-2.0
"""The writer, the killable writer, the detacher, and who attaches: see model.py."""

from events import (
    FREE,
    NOBODY,
    OTHERS,
    TASK_KILLABLE,
    TASK_RUNNING,
    TASK_UNINTERRUPTIBLE,
    WRITER,
    is_new,
    more_readers,
    odd,
)  # fmt: skip
from logic import both, changed, either, implies, negate, one_if
from machine import Case, Step, never
from model import (
    FATAL,
    MM_SEQ,
    MMAP_LOCK,
    REFCNT,
    SIGNAL,
    STATE,
    UINT_MAX,
    VM_LOCK_SEQ,
    WAITER,
    itself,
    own_mm,
    stays,
)  # fmt: skip
from refcount import SATURATED, over_after_add, over_after_sub, sub_and_test, try_cmpxchg

FORGET = {"write_locked": False, "knows_vma_seq": False, "knows_mm_seq": False}
DETACHED = {"owns": True, "detaching": False}


def locks(v, w, s):
    """mmap_write_lock() by who is going to work on the VMA: it is in this mm, or his already."""
    m = s.any_mm
    unlocked = both(s.held[m] == FREE, s.mmap_readers[m] == 0)
    return [
        Case("mmap lock taken", both(unlocked, s.vm_mm == m, negate(s.free), s.any_task != NOBODY,
                                     implies(s.any_fatal, s.any_signal)),
             "BEGINS", remember={"mm": m, "task": s.any_task, **FORGET},
             ghost={"held": changed(s.held, m, WRITER), **runs(s)}),
        Case("mmap lock not taken", True, "OFF"),
    ]  # fmt: skip


def runs(s):
    return {"task": s.any_task, "state": TASK_RUNNING, "signal": s.any_signal, "fatal": s.any_fatal}


def target(w, s):
    """get_target_refcnt()"""
    return s.flag + one_if(negate(w.detaching), s.flag)


def add_not_zero(v, detaching, remember):
    return [
        Case("detached meanwhile", both(v == 0, detaching), "LOCKED", remember=DETACHED),
        Case("not attached: nobody to exclude", both(v == 0, negate(detaching)), "NOTES_ONLY"),
        Case("may be raised", v != 0, "RAISES_FLAG", remember={"old": v, **remember}),
    ]


def starts(v, w, s):
    """__vma_start_write(): of a VMA of this mm, or one that is his. He has read the mm's sequence."""
    may = both(either(s.attached, w.owns), w.knows_mm_seq)
    cases = add_not_zero(v, False, {"killable": s.any_killable, "detaching": False})
    return [*(case.given(may) for case in cases[1:]), Case("count looked at", True, "LOCKED")]


def raises_flag(v, w, s):
    over = over_after_add(v, s.flag)
    detached, not_attached, again = add_not_zero(v, w.detaching, {})
    return try_cmpxchg(v, w.old, [detached, never(not_attached), again], [
        Case("flag raised", negate(over), "REGISTERS", v + s.flag),
        Case("saturates", over, "SATURATES_FLAG", v + s.flag, never=True)])  # fmt: skip


def ends(v, w, s, locked):
    """__vma_end_exclude_readers(), and the warnings of its callers."""
    last, over = sub_and_test(v, s.flag), over_after_sub(v, s.flag)
    more = negate(either(last, over))
    return [
        Case("detached", both(last, w.detaching), "LOCKED", v - s.flag, DETACHED, never=not locked),
        Case("detached: warns", both(last, negate(w.detaching)), "LOCKED", v - s.flag, never=True),
        Case("flag lowered", both(more, negate(w.detaching)), "LOCKED", v - s.flag, {"write_locked": locked}),
        Case("not detached: warns", both(more, w.detaching), "LOCKED", v - s.flag, never=True),
        Case("saturates", both(over, negate(last)), "SATURATES_LOWER", v - s.flag, never=True),
    ]


def notes(to):
    return lambda v, w, s: [
        Case("sequence noted", True, to, w.mm_seq,
             {"knows_vma_seq": True, "vma_seq": w.mm_seq, **({"write_locked": True} if to == "LOCKED" else {})})
    ]  # fmt: skip


def marks_detached(v, w, s):
    may = both(w.write_locked, s.attached)
    return [
        Case("detached", both(may, v == 1), "LOCKED", v - 1, DETACHED, {"attached": False}),
        Case("a reader is left", both(may, v > 1), "LEFT", v - 1, {"detaching": True}, {"attached": False}),
        Case("saturates", both(may, v < 1), "SATURATES_LOWER", v - 1, never=True),
    ]


def frees(place):
    """He has no more to do with it. If he keeps the mmap lock, he is one of the others now."""
    return lambda v, w, s: [
        Case("freed", w.owns, "OFF", remember={"owns": False, **FORGET},
             ghost={"free": True, "held": changed(s.held, w.mm, OTHERS) if place == "LOCKED" else s.held})
    ]  # fmt: skip


def allocates(v, w, s):
    may = both(s.free, negate(s.gone), s.users[s.any_mm])
    here = {"owns": True, "mm": s.any_mm, **FORGET}
    new = {"free": False, "vm_mm": s.any_mm}
    locked = both(
        s.held[s.any_mm] == OTHERS, odd(s.mm_seq[s.any_mm]), s.waiter[s.any_mm] == NOBODY, s.any_task != NOBODY
    )
    return [
        Case("allocated", may, "OFF", remember=here, ghost=new),
        Case("allocated under the mmap lock", both(may, locked, implies(s.any_fatal, s.any_signal)), "LOCKED",
             remember={**here, "task": s.any_task},
             ghost={**new, "held": changed(s.held, s.any_mm, WRITER), **runs(s)}),
    ]  # fmt: skip


def knows(mine, other):
    """A look at one of two sequences, neither of which changes under the mmap lock."""
    return lambda v, w, s: [
        Case(f"{mine.replace('_', ' ')} looked at", True, "LOCKED", remember={
            f"knows_{mine}": True, mine: v,
            "write_locked": either(w.write_locked, both(getattr(w, f"knows_{other}"), getattr(w, other) == v))})
    ]  # fmt: skip


WRITER_STEPS = [
    Step("mmap_write_lock", "OFF", "down_write", MMAP_LOCK, locks, own_mm,
         ("any_mm", "any_task", "any_signal", "any_fatal")),
    Step("mm_lock_seqcount_begin", "BEGINS", "store", MM_SEQ, key=own_mm, cases=lambda v, w, s: [
        Case("sequence odd", is_new(s, w.mm), "LOCKED", v + 1)]),
    Step("__is_vma_write_locked", "LOCKED", "load", VM_LOCK_SEQ, knows("vma_seq", "mm_seq")),
    Step("__is_vma_write_locked", "LOCKED", "load", MM_SEQ, knows("mm_seq", "vma_seq"), own_mm),
    # __vma_start_exclude_readers(): for vma_start_write() and its killable form; for vma_mark_detached()
    Step("refcount_add_not_zero", "LOCKED", "load", REFCNT, starts, picks=("any_killable",)),
    Step("refcount_add_not_zero", "LEFT", "load", REFCNT, lambda v, w, s: [
        case for case in add_not_zero(v, True, {"killable": False}) if case.to != "NOTES_ONLY"]),
    Step("refcount_add_not_zero", "RAISES_FLAG", "rmw", REFCNT, raises_flag),
    Step("refcount_warn_saturate", "SATURATES_FLAG", "store", REFCNT, lambda v, w, s: [
        Case("saturated", True, "REGISTERS", SATURATED, never=True)]),
    # rcuwait_wait_event()
    Step("prepare_to_rcuwait", "REGISTERS", "store", WAITER, key=own_mm, cases=lambda v, w, s: [
        Case("registered", True, "ANNOUNCES", w.task)]),
    Step("set_current_state", "ANNOUNCES", "store", STATE, key=itself, cases=lambda v, w, s: [
        Case("about to sleep", negate(w.killable), "LOOKS_AT_COUNT", TASK_UNINTERRUPTIBLE),
        Case("about to sleep, killable", w.killable, "LOOKS_AT_COUNT", TASK_KILLABLE)]),
    Step("rcuwait_wait_event", "LOOKS_AT_COUNT", "load", REFCNT, lambda v, w, s: [
        Case("readers gone", v == target(w, s), "UNREGISTERS", remember={"excluding": True}),
        Case("readers left", both(v != target(w, s), negate(w.killable)), "SLEEPS"),
        Case("readers left, killable", both(v != target(w, s), w.killable), "LOOKS_FOR_NOTICE")]),
    Step("signal_pending_state", "LOOKS_FOR_NOTICE", "load", SIGNAL, key=itself, cases=lambda v, w, s: [
        Case("no notice", True, "LOOKS_FOR_SIGNAL"), Case("a notice", v, "LOOKS_WHICH")]),
    Step("signal_pending_state", "LOOKS_FOR_SIGNAL", "load", SIGNAL, key=itself, cases=lambda v, w, s: [
        Case("no signal", negate(v), "SLEEPS"), Case("a signal", v, "LOOKS_WHICH")]),
    Step("signal_pending_state", "LOOKS_WHICH", "load", FATAL, key=itself, cases=lambda v, w, s: [
        Case("no fatal signal", negate(v), "SLEEPS"),
        Case("a fatal signal", v, "UNREGISTERS", remember={"excluding": False})]),
    Step("schedule", "SLEEPS", "schedule", STATE, key=itself, cases=lambda v, w, s: [
        Case("woken", v == TASK_RUNNING, "ANNOUNCES"),
        Case("killed", both(v == TASK_KILLABLE, s.fatal), "ANNOUNCES", never=True)]),
    Step("finish_rcuwait", "UNREGISTERS", "store", WAITER, key=own_mm, cases=lambda v, w, s: [
        Case("unregistered", True, "RUNS", NOBODY)]),
    Step("finish_rcuwait", "RUNS", "store", STATE, key=itself, cases=lambda v, w, s: [
        Case("readers excluded", both(w.excluding, negate(w.detaching)), "NOTES", TASK_RUNNING),
        Case("readers excluded, detaching", both(w.excluding, w.detaching), "LOWERS", TASK_RUNNING),
        Case("killed", negate(w.excluding), "GIVES_BACK", TASK_RUNNING)]),
    # __vma_start_write(); __vma_end_exclude_readers() as it should be, and after a signal
    Step("__vma_start_write", "NOTES", "store", VM_LOCK_SEQ, notes("LOWERS")),
    Step("__vma_start_write", "NOTES_ONLY", "store", VM_LOCK_SEQ, notes("LOCKED")),
    Step("__vma_end_exclude_readers", "LOWERS", "rmw", REFCNT, lambda v, w, s: ends(v, w, s, True)),
    Step("__vma_end_exclude_readers", "GIVES_BACK", "rmw", REFCNT, lambda v, w, s: ends(v, w, s, False)),
    Step("refcount_warn_saturate", "SATURATES_LOWER", "store", REFCNT, lambda v, w, s: [
        Case("saturated", True, "LOCKED", SATURATED, never=True)]),
    Step("(write-locked)", "LOCKED", "writes", None, lambda v, w, s: [Case("writes", w.write_locked, "LOCKED")]),
    # vma_mark_detached(); back to the slab; from there, for any mm; vma_mark_attached()
    Step("vma_mark_detached", "LOCKED", "rmw", REFCNT, marks_detached),
    *(Step("vm_area_free", place, "frees", None, frees(place)) for place in ("OFF", "LOCKED", "READS_MMAP")),
    Step("vm_area_alloc", "OFF", "allocates", None, allocates, None, ("any_mm", "any_task", "any_signal", "any_fatal")),
    Step("vma_lock_init", "LOCKED", "store", VM_LOCK_SEQ, lambda v, w, s: [
        Case("VMA's sequence made new", w.owns, "LOCKED", UINT_MAX, {"write_locked": False, "knows_vma_seq": False})]),
    Step("vma_mark_attached", "LOCKED", "store", REFCNT, lambda v, w, s: [
        Case("attached", both(w.owns, w.write_locked), "LOCKED", 1, {"owns": False}, {"attached": True})]),
    # vma_end_write_all(), and the mmap lock
    Step("mm_lock_seqcount_end", "LOCKED", "store", MM_SEQ, key=own_mm, cases=lambda v, w, s: [
        Case("sequence even", True, "ENDS", v + 1, FORGET)]),
    Step("mmap_write_unlock", "ENDS", "up_write", MMAP_LOCK, key=own_mm, cases=lambda v, w, s: [
        Case("mmap lock dropped", True, "OFF", FREE)]),
    Step("mmap_write_downgrade", "ENDS", "downgrade_write", MMAP_LOCK, key=own_mm, cases=lambda v, w, s: [
        Case("mmap lock downgraded", True, "READS_MMAP", FREE, ghost=more_readers(s, w.mm, 1))]),
    Step("(under the mmap lock)", "READS_MMAP", "reads", None, stays("READS_MMAP", "reads")),
    Step("mmap_read_unlock", "READS_MMAP", "up_read", MMAP_LOCK, key=own_mm, cases=lambda v, w, s: [
        Case("mmap lock dropped", True, "OFF", ghost=more_readers(s, w.mm, -1))]),
]  # fmt: skip
