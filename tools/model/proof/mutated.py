# SPDX-License-Identifier: GPL-2.0
"""Models with one thing wrong: for each an obligation must fail, and a run of a few tasks must go wrong."""

from dataclasses import dataclass, replace

from events import EVENTS
from logic import both, negate
from machine import Case
from model import READER, VM_MM, leave
from refcount import excluded
from search import Scene
from writer import DETACHED, WRITER_STEPS, notes

LOCK = ("mmap_write_lock: mmap lock taken", "mm_lock_seqcount", "mmap_write_unlock")
WRITE = (*LOCK, "__is_vma_write_locked", "refcount_add_not_zero", "prepare_to", "set_current_state", "rcuwait_wait", "schedule",
         "finish_rcuwait", "__vma_start_write", "__vma_end_exclude", "(write-locked)", "signal_pending_state")  # fmt: skip
DETACH = (*WRITE, "vma_mark_detached", "vm_area_free")
LEAVE = (*DETACH, "an mm ends", "others: mmap_write_unlock", "others: mm_lock_seqcount_end")


@dataclass(frozen=True)
class Mutated:
    name: str
    words: str
    reader: dict  # (place, code) -> step -> what is there instead
    writer: dict
    scene: dict


def changed_steps(steps, changes):
    known = {(step.place, step.code) for step in steps}
    assert changes.keys() <= known, changes.keys() - known
    for step in steps:
        instead = changes.get((step.place, step.code))
        yield from [step] if instead is None else instead(step)


def cases(function):
    """The same access, with other cases."""
    return lambda step: [replace(step, cases=lambda v, who, s: function(step, v, who, s))]


def each_case(function):
    return cases(lambda step, v, who, s: [function(case, v, who, s) for case in step.cases(v, who, s)])


def goes(frm: str, to: str, **remember):
    """Where a case would go to one place it goes to another."""
    return each_case(
        lambda case, v, who, s: replace(case, to=to, remember=case.remember | remember) if case.to == frm else case
    )


def here(step, place: str):
    return replace(step, place=place)


def wakes_nobody(step, v, r, s):
    return [case.writing(v - 1) for case in leave(r, True)]


def second_read(step):
    """vma_refcount_put() that reads the count once more, to judge by it."""

    def judged(_step, v, r, s):
        wake = both(v != 0, excluded(v, s))
        return [Case("excluded", wake, "WAKES"), *leave(r, negate(wake))]

    drop = cases(lambda step, v, r, s: [Case("dropped", True, "EXTRA", v - 1)])(step)[0]
    return [drop, here(cases(judged)(replace(step, kind="load"))[0], "EXTRA")]


def late_copy(step):
    """vma_refcount_put() that reads vm_mm only when it is about to wake."""

    def copied(_step, v, r, s):
        return [Case("vm_mm copied", True, "EXTRA", remember={"vmm": v})]

    read = replace(cases(copied)(step)[0], word=VM_MM, kind="load", key=None)
    return [read, here(step, "EXTRA")]


def no_limit(step, v, r, s):
    def through(case):
        return replace(case, when=both(v != 0, negate(r.mmap))) if case.to == "RAISES" else case

    return [through(case) for case in step.cases(v, r, s) if "at the limit" not in case.name]


MUTATED = [
    Mutated("wake dropped", "vma_refcount_put() never wakes.",
            {("PUTS", "__vma_refcount_put_return"): cases(wakes_nobody)}, {}, {"allowed": WRITE}),
    Mutated("second read", "vma_refcount_put() judges by a second read of the count.",
            {("PUTS", "__vma_refcount_put_return"): second_read}, {}, {"allowed": (*DETACH, "the slab")}),
    Mutated("vm_mm read late", "vma_refcount_put() reads vm_mm after the decrement.",
            {("WAKES", "rcuwait_wake_up"): late_copy}, {}, {"allowed": (*DETACH, "the slab")}),
    Mutated("no second look", "vma_start_read() does not look at the sequence again.",
            {("HOLDS", "vma_start_read"): goes("SAME_MM", "READS")}, {}, {"allowed": WRITE}),
    Mutated("mm not compared", "vma_start_read() takes a VMA of any mm.",
            {("HOLDS", "vma_start_read"): cases(lambda step, v, r, s: [Case("any mm's", True, "SAME_MM", remember={"vmm": v})])},
            {}, {"allowed": WRITE, "vm_mm": 1}),
    Mutated("mm not grabbed", "vma_start_read() does not grab the other mm (CVE-2025-38554).",
            {("HOLDS", "vma_start_read"): goes("UNSTABLE", "BACKS_OFF")}, {}, {"allowed": LEAVE, "vm_mm": 1}),
    Mutated("no limit", "vma_start_read() raises a count with the flag in it.",
            {("TRIES", "__refcount_inc_not_zero_limited_acquire"): cases(no_limit),
             ("RAISES", "__refcount_inc_not_zero_limited_acquire"): cases(no_limit)}, {}, {"allowed": WRITE}),
    Mutated("no wait", "__vma_start_exclude_readers() does not wait.",
            {}, {("RAISES_FLAG", "refcount_add_not_zero"): goes("REGISTERS", "NOTES")}, {"allowed": WRITE}),
    Mutated("eager condition", "rcuwait_wait_event() looks at the count before it announces that it will sleep.",
            {}, {("REGISTERS", "prepare_to_rcuwait"): goes("ANNOUNCES", "LOOKS_AT_COUNT"),
                 ("LOOKS_AT_COUNT", "rcuwait_wait_event"): goes("SLEEPS", "ANNOUNCES"),
                 ("ANNOUNCES", "set_current_state"): goes("LOOKS_AT_COUNT", "SLEEPS"),
                 ("SLEEPS", "schedule"): goes("ANNOUNCES", "LOOKS_AT_COUNT")}, {"allowed": WRITE}),
    Mutated("registered late", "rcuwait_wait_event() registers the waiter after it has looked at the count.",
            {}, {("RAISES_FLAG", "refcount_add_not_zero"): goes("REGISTERS", "ANNOUNCES"),
                 ("LOOKS_AT_COUNT", "rcuwait_wait_event"): goes("SLEEPS", "REGISTERS"),
                 ("REGISTERS", "prepare_to_rcuwait"): goes("ANNOUNCES", "SLEEPS")}, {"allowed": WRITE}),
    Mutated("flag leaked", "A killed writer does not give the flag back.",
            {}, {("RUNS", "finish_rcuwait"): goes("GIVES_BACK", "LOCKED")}, {"allowed": (*WRITE, "a fatal signal")}),
    Mutated("waiter left", "A killed writer stays the waiter.",
            {}, {("LOOKS_WHICH", "signal_pending_state"): goes("UNREGISTERS", "RUNS")}, {"allowed": (*WRITE, "a fatal signal")}),
    Mutated("sequence noted late", "__vma_start_write() notes the sequence when readers are let in again.",
            {}, {("RUNS", "finish_rcuwait"): goes("NOTES", "LOWERS"),
                 ("LOWERS", "__vma_end_exclude_readers"): each_case(
                     lambda case, v, w, s: replace(case, to="NOTES", remember={}) if case.name == "flag lowered" else case),
                 ("NOTES", "__vma_start_write"): cases(lambda step, v, w, s: notes("LOCKED")(v, w, s))}, {"allowed": WRITE}),
    Mutated("detach without wait", "vma_mark_detached() does not wait for a reader that backs off.",
            {}, {("LOCKED", "vma_mark_detached"): each_case(
                lambda case, v, w, s: replace(case, to="LOCKED", remember=DETACHED) if case.to == "LEFT" else case)},
            {"allowed": DETACH}),
    Mutated("detacher's target", "vma_mark_detached() waits for one reader less.",
            {}, {("LOOKS_AT_COUNT", "rcuwait_wait_event"): cases(
                lambda step, v, w, s: step.cases(v, w.but(detaching=False), s))}, {"allowed": DETACH}),
    Mutated("detach killable", "vma_mark_detached() gives up when it is killed.",
            {}, {("LEFT", "refcount_add_not_zero"): each_case(
                lambda case, v, w, s: replace(case, remember=case.remember | {"killable": True}) if case.to == "RAISES_FLAG" else case)},
            {"allowed": (*DETACH, "a fatal signal")}),
]  # fmt: skip


def steps_of(mutated: Mutated):
    return list(changed_steps(READER, mutated.reader)), list(changed_steps(WRITER_STEPS, mutated.writer)), EVENTS


def scene_of(mutated: Mutated) -> Scene:
    return Scene(steps=steps_of(mutated), **mutated.scene)
