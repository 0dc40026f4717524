#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Is every step that the explorer has taken one of the model? Was every step of the model taken? TAP.

    steps.py NAME=FILE...            FILE: what the explorer wrote for --edges, NAME: whose code it was
    steps.py --judge NAME=FILE...    no TAP: a line for each code, whether the proof covers it

A thread's image holds all that the thread remembers, and the model says what a task at some place may do
next. So from image to image the places go along at which the model can be: where there is none, the code
has left the model, and the proof does not cover it. What other tasks have done is in the values that are
read. Not compared: what the model says of callers (an attached VMA, found under the mmap lock).
"""

import json
import sys
from collections import defaultdict, deque
from pathlib import Path

from events import NOBODY
from invariant import HOLDING
from logic import UNKNOWN, Word, at
from machine import Record
from model import FATAL, MM_COUNT, MM_SEQ, MMAP_LOCK, READER, REFCNT, SIGNAL, STATE, VM_LOCK_SEQ, VM_MM, WAITER
from search import NO_READER, NO_WRITER
from writer import WRITER_STEPS

WORDS = {
    word.name: word for word in (REFCNT, VM_LOCK_SEQ, VM_MM, MM_SEQ, WAITER, MM_COUNT, MMAP_LOCK, STATE, SIGNAL, FATAL)
}
FLAG = 1 << 30
SIGKILL_BIT = 1 << 8
# The rwsem is trusted: what a function of this name does to it is one step.
PRIMITIVES = ("down_read", "up_read", "down_write", "up_write", "downgrade_write", "schedule")
# No code of the lock.
NO_CODE = ("frees", "allocates", "reads", "writes")
# What others do to a task.
SIGNALS = {(role, thread) for role in ("sigkill", "signal") for thread in range(5)}
# What is none of the lock's business, and where it may be looked at all the same.
ELSEWHERE = ("vm_start", "vm_end", "mm_mt", "mm_users")
ANY = Record(**dict.fromkeys((
    "held", "mmap_readers", "users", "vm_mm", "free", "gone", "attached", "refcnt", "mm_seq", "vm_lock_seq", "mm_count",
    "waiter", "state", "signal", "fatal", "task", "reading", "any_signal", "any_fatal"), UNKNOWN),
    flag=Word(FLAG), limit=Word(FLAG - 1), any_mm=0, any_task=0, any_killable=False)  # fmt: skip


class Left(Exception):
    """The code has left the model."""


def is_reader(role: str) -> bool:
    return role.startswith("reader")


def value_of(word, told):
    """As the model has it: an mm or a task by its number, signals as booleans."""
    if isinstance(told, str):
        kind, number = told.split()
        return int(number) + (kind == "task")
    if word in (SIGNAL, FATAL):
        return bool(told) if word is SIGNAL else bool(told & SIGKILL_BIT)
    return Word(told) if word in (REFCNT, VM_LOCK_SEQ, MM_SEQ) else told


def kind_of(item) -> str:
    """Of a primitive its name, in whatever form it was called."""
    return next((name for name in PRIMITIVES if item["what"].startswith(name)), item["kind"])


def harmless(who, reader: bool, word, kind: str, value, mm: int) -> bool:
    """A look at what cannot change, or at what the step after it decides nothing by."""
    if kind != "load":
        return False
    if reader:
        locked = at(who, *HOLDING, "MMAP") or who.rcu
    else:
        locked = who.owns or not at(who, "OFF")
    if word is VM_MM:
        return locked and value == (
            who.vmm if reader and not at(who, "MMAP", "READS", "BACKS_OFF", "GRABBED") else who.mm
        )
    if word is MM_SEQ:
        return mm == who.mm
    return word is MMAP_LOCK and locked


def matching(item, word, kind, who, thread, steps):
    """(step, case, who then) of the model for one access."""
    key = item["of"] + (word in (STATE, SIGNAL, FATAL))
    value, left = value_of(word, item["before"]), value_of(word, item["after"])
    for step in steps:
        if step.place != who.at or step.kind != kind or step.word is not word:
            continue
        for killable in (False, True) if "any_killable" in step.picks else (False,):
            world = ANY.but(any_mm=item["of"], any_task=thread + 1, any_killable=killable)
            here = who.but(mm=item["of"]) if "any_mm" in step.picks else who
            if step.key and step.key(here) != key:
                continue
            for case in step.cases(value, here, world):
                if word is MMAP_LOCK:
                    # Of a trylock, and of who gives it back, only a part of the word is told.
                    fits = (
                        ("not taken" in case.name) == (value == left) or kind.startswith("up") or "try" in item["what"]
                    )
                else:
                    fits = left == (value if case.write is None else value_of(word, case.write))
                if case.when and fits:
                    yield step, case, here.but(at=case.to, **case.remember)


class Roles:
    """All steps of a role by one thread, from image to image."""

    def __init__(self, taken):
        self.taken = taken
        self.edges = defaultdict(list)

    def check(self, role: str, thread: int) -> int:
        reader = is_reader(role)
        steps = READER if reader else WRITER_STEPS
        start = NO_READER if reader else NO_WRITER.but(task=thread + 1)
        seen = {("0", frozenset([(start, 0)]))}
        queue = deque(seen)
        while queue:
            image, states = queue.popleft()
            for edge in self.edges[role, thread, image]:
                then = states
                for item in edge["did"]:
                    then = self.one(item, then, thread, reader, steps)
                    if not then:
                        where = ", ".join(sorted({who.at for who, _ in states}))
                        raise Left(f"scene {edge['scene']}, {role} at {where}: {tell(item)}")
                new = (edge["to"], then)
                if new not in seen:
                    seen.add(new)
                    queue.append(new)
        return len(seen)

    def one(self, item, states, thread, reader, steps):
        found = set()
        for who, depth in states:
            for this in (who,) if reader else (who, who.but(owns=not who.owns)):
                found.update(self.step(item, this, depth, thread, reader, steps))
        return frozenset(found)

    def step(self, item, who, depth, thread, reader, steps):
        if "event" in item:
            yield from self.event(item, who, depth, steps)
            return
        if item["word"] == "scene":
            yield from self.scene(item, who, depth, steps)
            return
        word, kind = WORDS.get(item["word"]), kind_of(item)
        if word is None:
            if kind == "load" and item["word"].split(".")[-1] in ELSEWHERE:
                yield who, depth
            return
        if "of" in item and word in (REFCNT, VM_LOCK_SEQ, VM_MM) and item["of"]:
            return
        if item["what"] in ("kill", "drops the mm"):
            yield who, depth
            return
        for step, case, then in matching(item, word, kind, who, thread, steps):
            self.taken.add((step, case.name))
            yield then, depth
        if harmless(who, reader, word, kind, value_of(word, item["before"]), item["of"]):
            yield who, depth

    def event(self, item, who, depth, steps):
        """RCU sections within the reader's are counted. Lockdep, fences and warnings are for others to judge."""
        locks = item["what"] == "rcu_read_lock"
        known = [step for step in steps if step.place == who.at and step.kind == item["what"] and not depth]
        if item["event"] != "rcu":
            yield who, depth
        elif depth and not locks:
            yield who, depth - 1
        elif known:
            yield from ((then, depth) for then in self.took(known, who))
        elif locks:
            # Before the first look it is the caller's, and the reader's own stands for both.
            yield who, depth + (not at(who, "FOUND"))
        elif not getattr(who, "rcu", False):
            yield who, depth

    def took(self, steps, who):
        """A step that is no access."""
        for step in steps:
            for case in step.cases(None, who, ANY):
                if case.when:
                    self.taken.add((step, case.name))
                    yield who.but(at=case.to, **case.remember)

    def scene(self, item, who, depth, steps):
        """What is done under the lock; all else that a scene does is none of the lock's business."""
        known = [step for step in steps if step.place == who.at and step.kind == item["what"]]
        if item["what"] == "writes" or (item["what"] == "reads" and not at(who, "IDLE", "OFF", "LOCKED")):
            yield from ((then, depth) for then in self.took(known, who))
        else:
            yield who, depth


def tell(item) -> str:
    if "event" in item:
        return f"{item['what']}()"
    return f"{item['kind']} of {item['word']} ({item['what']}): {item['before']} -> {item['after']}"


def all_cases():
    """Those that code can take: each with whether the proof says that it never does."""
    for steps, who in ((READER, NO_READER), (WRITER_STEPS, NO_WRITER)):
        for step in steps:
            if step.kind not in NO_CODE:
                value = NOBODY if step.word in (VM_MM, WAITER, MM_COUNT, MMAP_LOCK) else Word(1)
                for case in step.cases(value, who, ANY):
                    yield step, case


def read(file: str, taken) -> tuple[Roles, int]:
    roles, number = Roles(taken), 0
    for line in Path(file).read_text().splitlines():
        edge = json.loads(line)
        roles.edges[edge["role"], edge["thread"], edge["from"]].append(edge)
        number += 1
    return roles, number


def who_left(roles: Roles):
    """(role, thread, why it has left the model, or None)"""
    for role, thread in sorted({(role, thread) for role, thread, _ in roles.edges} - SIGNALS):
        try:
            roles.check(role, thread)
            yield role, thread, None
        except Left as left:
            yield role, thread, str(left)


def judge(arguments: list[str]) -> int:
    """For each NAME: does the proof cover this code?"""
    first, left = {}, {}
    for argument in arguments:
        name, _, file = argument.partition("=")
        name = name.partition("-")[0]
        first.setdefault(name, None)
        whys = [] if name in left else [why for _, _, why in who_left(read(file, set())[0]) if why]
        if whys:
            left[name] = whys[0]
    for name in first:
        why = (
            f"the proof does not cover this change: first step {left[name]}"
            if name in left
            else "every step is one of the model"
        )
        print(f"{name}: {why}")
    return 1 if left or not first else 0


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--judge"]:
        return judge(arguments[1:])
    taken, n, failed, total, every = set(), 0, 0, 0, 0
    print("TAP version 13")
    for argument in arguments:
        name, _, file = argument.partition("=")
        roles, number = read(file, taken)
        total += number
        every += sum(scene["steps"] for scene in json.loads(Path(file).with_suffix(".json").read_text())["scenes"])
        left = [f"{role}, thread {thread}: {why}" for role, thread, why in who_left(roles) if why]
        n += 1
        failed += bool(left)
        print(f"{'not ok' if left else 'ok'} {n} steps: {name}: {number} different ones, each one of the model")
        print(*(f"# the proof does not cover this code: {why}" for why in left), sep="\n", end="\n" if left else "")
    covered = 0
    for step, case in all_cases():
        n += 1
        what = f"taken: {step.place}: {step.code}: {case.name}"
        if (step, case.name) in taken:
            covered += 1
            print(f"ok {n} {what}")
        elif case.never:
            print(f"ok {n} {what} # SKIP it never comes to this, says the proof")
        else:
            failed += 1
            print(f"not ok {n} {what}: no step of the code did")
    print(f"1..{n}")
    print(f"# steps: {every} of all schedules, {total} different ones; {covered} transitions of the model taken")
    return 1 if failed or not arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
