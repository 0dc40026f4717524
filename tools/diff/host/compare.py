# SPDX-License-Identifier: GPL-2.0
"""What two sides did, side by side."""

import itertools
from dataclasses import dataclass, field

from . import schedules, show
from .difference import Difference
from .record import Record
from .schedules import Summary

SIGNALS = ("no signal", "non-fatal signal", "fatal signal")
FLAG = 1 << 30


@dataclass
class Result:
    """One comparison: the C before against another side."""

    name: str
    differences: list[Difference] = field(default_factory=list)
    compared: int = 0
    schedules: Summary = field(default_factory=Summary)
    traits: str = ""  # of all differences


def word_name(word: int) -> str:
    """A word of the protocol, by its distance to what it means something for."""
    for base, name in ((3 * FLAG, "SATURATED"), (FLAG, "FLAG")):
        if -3 <= word - base <= 9:
            return name + (f"{word - base:+d}" if word != base else "")
    return f"{word:#x}" if word > 9 else str(word)


def state_name(key: tuple) -> str:
    _, word, write_locked, other_mm, waiter, signal = key
    parts = [f"word {word_name(word)}", "write-locked" if write_locked else "not write-locked"]
    parts += ["other mm"] if other_mm else []
    parts += ["waiter"] if waiter else []
    parts += [SIGNALS[signal]] if signal else []
    return ", ".join(parts)


# The places of tools/diff/module/states.c.
PLACES = {
    "first": "first byte of the VMA",
    "last": "last byte of the VMA",
    "moved_up": "VMA moved up since",
    "moved_down": "VMA moved down since",
    "hole": "no VMA",
    "ahead": "VMA ahead",
    "ahead_locked": "VMA ahead, mm write-locked",
    "filled_locked": "gap filled since, mm write-locked",
    "filled_since": "gap filled since",
    "mmap_locked": "mmap lock taken",
    "watch": "VMA watched",
    "no_mmap_lock": "mmap lock not held",
    "read_lock": "mmap lock held for reading only",
    "no_rcu": "RCU not held",
    "locked_for_read": "mmap lock taken for reading",
    "unlocked": "mm not write-locked",
}


def operation_name(operation: str) -> str:
    name, *places = operation.split("@")
    return ", ".join([f"{name}()", *(PLACES[place] for place in places)])


def _split(runs: list[str]) -> list[tuple[int, int]]:
    return [tuple(int(end, 16) for end in run.split("-")) for run in runs]


def _contains(runs: list[tuple[int, int]], word: int) -> bool:
    return any(first <= word <= last for first, last in runs)


def predicate(name: str, sides: dict[str, list[str]], reference: str, other: str) -> list[Difference]:
    """Where two predicates differ: one entry for each run of inputs with the same answers."""
    if other not in sides or sides[reference] == sides[other]:
        return []
    runs = {side: _split(lines) for side, lines in sides.items()}
    edges = sorted({0, 1 << 32, *(e for r in runs.values() for first, last in r for e in (first, last + 1))})
    differences = []
    for first, end in itertools.pairwise(edges):
        answers = {side: "excluded" if _contains(r, first) else "not excluded" for side, r in runs.items()}
        if answers[reference] != answers[other]:
            what = f"input {first:#010x}" + (f" .. {end - 1:#010x}" if end - first > 1 else "")
            differences.append(
                Difference(
                    "predicate",
                    what,
                    answers[reference],
                    answers.get(name, ""),
                    answers["rust"],
                    key=("predicate", first),
                )
            )
    return differences


def outcome(record: Record, key: tuple, missing: str = "not applicable") -> str:
    """What a side did, with what only C sides show."""
    done = record.cells.get(key)
    checks = record.checks.get(key)
    return missing if done is None else f"{done} | {checks}" if checks else done


def same(before: Record, other: Record, key: tuple) -> bool:
    """What the kernel leaves out is only seen in C that is compiled for it: that is compared with its like."""
    alike = other.name in ("rust", "kernel") or before.checks.get(key) == other.checks.get(key)
    return alike and before.cells[key] == other.cells.get(key)


def cells(before: Record, other: Record, rust: Record, kernel: Record) -> list[Difference]:
    # A function that is not there cannot be asked.
    asked = {key[0] for key in other.cells}
    return [
        Difference(
            operation_name(key[0]),
            state_name(key),
            outcome(before, key),
            outcome(other, key, "not run"),
            outcome(rust, key),
            outcome(kernel, key),
            key,
        )
        for key in before.cells
        if key[0] in asked and not same(before, other, key)
    ]


def cross_check(before: Record, kernel: Record) -> list[tuple]:
    """States in which the running kernel's binary does not do what the C of its tree does."""
    return [key for key, done in kernel.cells.items() if before.cells.get(key) != done]


def constants(before: Record, other: Record, rust: Record) -> list[Difference]:
    # Of one that was not loaded nobody knows.
    if not (before.flag and other.flag):
        return []
    names = {"flag": "VM_REFCNT_EXCLUDE_READERS_FLAG", "limit": "VM_REFCNT_LIMIT"}
    return [
        Difference("constant", names[field_], *(f"{getattr(r, field_):#x}" for r in (before, other, rust)))
        for field_ in names
        if getattr(before, field_) != getattr(other, field_)
    ]


def compare(
    name: str, records: dict[str, Record], predicates: dict[str, list[str]], reference: str = "before"
) -> Result:
    """The C before (side `reference`) against side `name`."""
    before, other, rust = records[reference], records[name], records["rust"]
    result = Result(name, compared=len(before.cells))
    wanted = {side: predicates[side] for side in {reference, "rust", name} & predicates.keys()}
    result.differences += constants(before, other, rust)
    if reference in wanted:
        result.differences += predicate(name, wanted, reference, name)
    result.differences += cells(before, other, rust, records["kernel"])
    paired = schedules.pairs(name, records, reference)
    for pair in paired:
        result.differences += schedules.compare(pair, name == "rust")
    result.schedules = schedules.summary(paired)
    result.differences.sort(key=show.rank)
    result.traits = show.traits(result.differences, bool(other.cells), bool(result.schedules.runs))
    return result
