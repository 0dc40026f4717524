# SPDX-License-Identifier: GPL-2.0
"""The paths of each operation, as the explorer wrote them (explorer/paths.c)."""

import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as File

from host import CannotTell, machine

FULL, ACQUIRE, RELEASE, RELAXED, PLAIN = "full", "acquire", "release", "relaxed", "plain"
# Those that may leave the word as it was.
CONDITIONAL = ("cmpxchg", "unless", "not_zero", "positive", "negative", "down_")
# Names of fences that are one thing.
ALIKE = {"mb": "smp_mb", "rmb": "smp_rmb", "wmb": "smp_wmb", "smp_acquire__after_ctrl_dep": "smp_rmb"}
CONTROL, ADDRESS, DATA = "c", "a", "d"
# Functions of the kernel that the explorer has stand-ins for, and what they order.
TRUSTED = {"schedule": FULL, "wake_up_process": FULL, "wake_up_state": FULL}


def depends(text: str) -> tuple[tuple[str, int], ...]:
    """As explorer/paths.c writes it."""
    return tuple((how, int(number)) for how, number in re.findall(r"([acd])(\d+)", text))


@dataclass(frozen=True)
class Event:
    """An access, or what orders accesses: then `kind` is "fence" or "rcu"."""

    what: str
    kind: str  # load, store, rmw
    word: str = ""
    of: str = ""
    before: str = ""
    after: str = ""
    on: str = ""

    @cached_property
    def depends(self) -> tuple[tuple[str, int], ...]:
        """On which accesses of its path, and how: CONTROL, ADDRESS or DATA."""
        return depends(self.on)

    @property
    def access(self) -> bool:
        return bool(self.word)

    @cached_property
    def failed(self) -> bool:
        """An exchange that found another value, a lock that was not to be had."""
        return self.kind == "rmw" and self.before == self.after and any(name in self.what for name in CONDITIONAL)

    @cached_property
    def order(self) -> str:
        what = self.what
        if what.startswith("plain"):
            return PLAIN
        if self.kind == "rmw" and what in TRUSTED:
            return TRUSTED[what]
        if self.failed:
            return RELAXED
        for suffix, order in (("_acquire", ACQUIRE), ("_release", RELEASE), ("_relaxed", RELAXED)):
            if what.endswith(suffix):
                return order
        if what.startswith("down_"):
            return ACQUIRE
        if what.startswith(("up_", "downgrade_")):
            return RELEASE
        if what == "smp_store_mb":
            return FULL
        # Of the atomics only those that return a value are fully ordered.
        if self.kind == "rmw" and not self.returns_nothing:
            return FULL
        return RELAXED

    @property
    def returns_nothing(self) -> bool:
        name = self.what.removeprefix("atomic_long_").removeprefix("atomic64_").removeprefix("atomic_")
        return name in ("add", "sub", "inc", "dec", "and", "or", "xor", "andnot")

    @cached_property
    def where(self) -> tuple:
        return self.kind, self.word, self.of

    @cached_property
    def value(self) -> tuple:
        """What happens, whatever order it has."""
        return self.kind, self.word, self.of, self.before, self.after

    @property
    def written(self) -> tuple:
        return self.word, self.of, self.after

    @property
    def name(self) -> str:
        """The label, whichever VMA or mm it is of."""
        return re.sub(r" of \d+", "", self.label)

    @property
    def label(self) -> str:
        """What it is, whatever the values are: the same text for the same code."""
        if not self.access:
            return self.what
        failed = " (fails)" if self.failed else ""
        return f"{self.what} {self.word.split('.')[-1]}{'' if self.of == '0' else f' of {self.of}'}{failed}"


@dataclass(frozen=True)
class Path:
    events: tuple[Event, ...]
    end: str
    on: str = ""  # what decides whether it ends so

    @cached_property
    def depends(self) -> tuple[tuple[tuple[str, int], ...], ...]:
        """Of each access, and of what the caller does then, what it depends on; what has no value leads to nothing."""
        every = [event.depends for event in self.accesses] + [depends(self.on)]
        return tuple(
            tuple((how, number) for how, number in one if not self.accesses[number].returns_nothing) for one in every
        )

    @cached_property
    def accesses(self) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.access)

    @cached_property
    def gaps(self) -> list[list[str]]:
        """The fences before each access, and those behind the last one."""
        found: list[list[str]] = [[]]
        for event in self.events:
            if event.kind == "fence":
                found[-1].append(ALIKE.get(event.what, event.what))
            elif event.access:
                found.append([])
        return found

    @cached_property
    def values(self) -> tuple:
        """All that happens, in order, but not how it is ordered."""
        return (*(event.value for event in self.accesses), self.end)

    @cached_property
    def effects(self) -> tuple:
        """What others can see of it, and how it ended."""
        return (*(event.value for event in self.accesses if event.kind != "load"), self.end)

    @cached_property
    def labels(self) -> tuple:
        return (*((event.label, event.on) for event in self.events), self.end, self.on)


# By operation the lines that the explorer wrote; two of the same are equal as text.
Lines = dict[str, frozenset[str]]
_events: dict[str, Event] = {}


def _event(item: str) -> Event:
    if item not in _events:
        _events[item] = Event(*item.split(","))
    return _events[item]


def _outermost(events: list[Event]) -> tuple[Event, ...]:
    """Of nested RCU sections only the outermost; before the first access what it comes to.

    Where a Rust guard stands for a second lock beside the caller's (rust_side.rs), the caller's is left out.
    """
    depth, found = 0, []
    first = next((number for number, event in enumerate(events) if event.access), 0)
    if sum(1 if e.what == "rcu_read_lock" else -1 for e in events[:first] if e.kind == "rcu") == 2:
        last = max(number for number, event in enumerate(events) if event.what == "rcu_read_unlock")
        events = events[1:last] + events[last + 1 :]
    for event in events:
        if event.kind == "rcu":
            step = 1 if event.what == "rcu_read_lock" else -1
            depth += step
            if (step > 0 and depth > 1) or (step < 0 and depth > 0):
                continue
            if found and found[-1].kind == "rcu" and not any(e.access for e in found):
                found.pop()
                continue
        found.append(event)
    return tuple(found)


def path(line: str) -> Path:
    *items, end = line.split(";")
    return Path(_outermost([_event(item) for item in items]), *end[1:].split(","))


def parse(text: str) -> Lines:
    found: dict[str, set[str]] = {}
    lines: set[str] = set()
    for line in text.splitlines():
        if line.startswith("#"):
            lines = found.setdefault(line[1:], set())
        else:
            lines.add(line)
    return {name: frozenset(lines) for name, lines in found.items()}


def report_of(program: File, side: str) -> File:
    """What else the explorer says then."""
    return program.with_name(f"{program.name}.{side}.paths.json")


def extract(program: File, side: str, environment: dict[str, str]) -> str:
    """The paths of one of the sides in a program: what parse() takes."""
    out = program.with_name(f"{program.name}.{side}.paths")
    command = [*machine.of(program).emulator, program, "--readers", side, "--writers", side]
    command += ["--out", report_of(program, side), "--paths", out]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotTell(f"memory ordering: {said[-1].removeprefix('cannot: ')}")
    return out.read_text()
