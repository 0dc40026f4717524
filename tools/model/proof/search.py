# SPDX-License-Identifier: GPL-2.0
"""Runs a model: a few readers, a writer, two mms, all orders, breadth first, until something is wrong.

What it finds is a run of the model and no more than that; what it does not find, prove.py is for.
"""

from collections import deque
from itertools import product

from events import EVENTS, FREE, NOBODY, WRITER
from invariant import COUNTS, HOLDING, SAFETY
from logic import Word, at
from machine import Record, after
from model import MM_COUNT, MM_SEQ, READER, REFCNT, VM_LOCK_SEQ, VM_MM, WAITER
from writer import WRITER_STEPS

MMS, TASK, FATAL_SIGNAL = 2, 1, "a fatal signal"
PICKS = {
    "any_mm": range(MMS), "any_task": (TASK,), "any_signal": (False,), "any_fatal": (False,),
}  # fmt: skip
NO_READER = Record(at="IDLE", mm=0, seen=Word(0), old=Word(0), vmm=0, task=NOBODY, how=0, rcu=False, mmap=False)
NO_WRITER = Record(
    at="OFF", mm=0, task=NOBODY, old=Word(0), owns=False, write_locked=False, knows_vma_seq=False, vma_seq=Word(0),
    knows_mm_seq=False, mm_seq=Word(0), killable=False, detaching=False, excluding=False,
)  # fmt: skip


def attached(flag: int, **other) -> Record:
    """A VMA of mm 0, unlocked."""
    world = Record(
        refcnt=Word(1), vm_lock_seq=Word(3), vm_mm=0, mm_seq=(Word(4), Word(0)), waiter=(NOBODY,) * MMS, mm_count=(1,) * MMS,
        users=(True,) * MMS, held=(FREE,) * MMS, mmap_readers=(0,) * MMS, state=0, task=NOBODY, signal=False, fatal=False,
        attached=True, free=False, gone=False, flag=Word(flag), limit=Word(flag - 1),
    )  # fmt: skip
    return world.but(**other)


def counts(readers) -> dict:
    found = {}
    for name, (of_kind, key) in COUNTS.items():
        kind = [r for r in readers if of_kind(r)]
        found[name] = len(kind) if key is None else tuple(sum(key(r) == k for r in kind) for k in range(MMS))
    return found


def wrong(world, writer) -> str | None:
    return next((claim.name for claim in SAFETY if not claim.formula(world, writer)), None)


def touches(step, who, world, is_reader: bool) -> str | None:
    """An access that must not be."""
    if step.word in (REFCNT, VM_LOCK_SEQ, VM_MM):
        kept = who.rcu or at(who, *HOLDING) or who.mmap if is_reader else world.held[who.mm] == WRITER or who.owns
        if world.gone or not kept:
            return "a VMA is touched without RCU, a count or the mmap lock"
    if step.word in (MM_SEQ, WAITER, MM_COUNT) and world.mm_count[step.key(who)] <= 0:
        return "an mm is touched after its last drop"
    return None


def each(steps, who, world, picks):
    """(step, case) of all that this task can do."""
    for step in steps:
        if step.place != who.at or step.kind == "down_read":
            continue
        for picked in product(*(picks[name] for name in step.picks)):
            here = world.but(**dict(zip(step.picks, picked, strict=True)))
            for case in step.cases(step.read(who, here), who, here):
                if case.when:
                    yield step, case, here


def find(scene, limit=200000):
    """(what is wrong, the run) or None."""
    readers, writers, others = scene.steps
    first = (scene.world, NO_WRITER, (NO_READER,) * scene.readers)
    came_from = {first: None}
    queue = deque([first])

    def run(state, last):
        names = [last]
        while came_from[state]:
            state, name = came_from[state]
            names.append(name)
        return names[::-1]

    while queue and len(came_from) < limit:
        state = queue.popleft()
        world, writer, all_readers = state
        counted = world.but(**counts(all_readers))
        nexts = []
        for i, reader in enumerate(all_readers):
            for step, case, here in each(readers, reader, counted, PICKS):
                name = f"reader {i + 1}: {step.code}: {case.name}"
                if bad := touches(step, reader, here, True) or (case.never and "it comes to what never comes"):
                    return bad, run(state, name)
                then, left = after(step, case, reader, world)
                nexts.append((name, left, writer, (*all_readers[:i], then, *all_readers[i + 1 :])))
        for step, case, here in each(writers, writer, counted, scene.picks):
            name = f"writer: {step.code}: {case.name}"
            if not scene.may(name) or (step.code == "mmap_write_lock" and world.mm_seq[here.any_mm] > scene.last_seq):
                continue
            if bad := touches(step, writer, here, False) or (
                case.never and f"it comes to what never comes: {case.name}"
            ):
                return bad, run(state, name)
            then, left = after(step, case, writer, world)
            nexts.append((name, left, then, all_readers))
        for event in others:
            if scene.may(event.name):
                for picked in product(*(PICKS[name] for name in event.picks)):
                    here = counted.but(**dict(zip(event.picks, picked, strict=True)))
                    if event.when(here, writer):
                        nexts.append((event.name, world.but(**event.then(here, writer)), writer, all_readers))
        for name, left, then, rest in nexts:
            new = (left, then, rest)
            if new in came_from:
                continue
            came_from[new] = (state, name)
            if bad := wrong(left.but(**counts(rest)), then):
                return bad, run(new, "")[:-1]
            queue.append(new)
    return None


class Scene:
    def __init__(self, readers=1, flag=1 << 30, allowed=(), last_seq=4, steps=None, **world):
        self.readers, self.last_seq = readers, last_seq
        self.steps = steps or (READER, WRITER_STEPS, EVENTS)
        self.world = attached(flag, **world)
        self.allowed = allowed
        # Where nobody is killed, nobody needs to be killable.
        self.picks = PICKS | {"any_killable": (FATAL_SIGNAL in allowed,)}

    def may(self, name: str) -> bool:
        return any(part in name for part in self.allowed)
