# SPDX-License-Identifier: GPL-2.0
"""Weaken each ordering of the code, one at a time, everywhere and in one operation: who notices?"""

import re
from dataclasses import dataclass
from functools import partial

from .model import Model
from .paths import RELAXED, TRUSTED, Lines
from .scenes import Scenes
from .verdict import DIFFERS, Judgement, judge, reason_for

# What the lock orders by; the maple tree's own, the rwsem and mmdrop() are trusted.
WORDS = ("vm_refcnt", "vm_lock_seq", "mm_lock_seq", "vma_writer_wait", "__state")
WEAKER = {
    "smp_load_acquire": ("READ_ONCE",),
    "smp_store_release": ("WRITE_ONCE",),
    "smp_store_mb": ("smp_store_release", "WRITE_ONCE"),
    "atomic_set_release": ("atomic_set",),
    "atomic_read_acquire": ("atomic_read",),
}
# Fences in these alone are the maple tree's.
LOOKUPS = ("lock_vma_under_rcu", "lock_next_vma")
FENCES = ("smp_mb", "smp_rmb", "smp_wmb", "smp_acquire__after_ctrl_dep")
VALUED = re.compile(r"atomic_(fetch|xchg|cmpxchg|try_cmpxchg|\w+_return|\w+_and_test|\w*unless\w*)")


@dataclass
class Weakened:
    text: str
    code: Lines
    result: Judgement

    @property
    def noticed(self) -> list[str]:
        return [rewritten.test.name for rewritten, _ in self.result.changed]

    @property
    def reason(self) -> str:
        """Why it may stay, if that is known."""
        return reason_for(self.result.lost)


def weaker(what: str) -> tuple[str, ...]:
    if what in TRUSTED:
        return ()
    if what in WEAKER:
        return WEAKER[what]
    for suffix in ("_acquire", "_release"):
        if what.endswith(suffix):
            return (f"{what.removesuffix(suffix)}_{RELAXED}",)
    if VALUED.match(what) and not what.endswith(f"_{RELAXED}"):
        return f"{what}_acquire", f"{what}_release"
    return ()


def _accesses(code: Lines) -> list[tuple[str, str, str]]:
    """(what, kind, word) of all that is ordered."""
    found = set()
    for lines in code.values():
        for line in lines:
            found.update(re.findall(r"(\w+),(load|store|rmw),(\w+\.\w+)", line))
    return sorted(each for each in found if each[2].split(".")[1] in WORDS)


def _fences(code: Lines) -> list[tuple[str, str]]:
    """(fence, the access that is next to it)"""
    found = set()
    for operation, lines in code.items():
        for line in lines if operation not in LOOKUPS else ():
            items = line.split(";")
            for number, item in enumerate(items):
                name, _, kind = item.partition(",")
                if kind == "fence" and name in FENCES and (place := _neighbour(items, number)):
                    found.add((name, place))
    return sorted(found)


def _neighbour(items: list[str], number: int) -> str:
    """The nearest access to a word of the lock: a read barrier belongs to what follows it, others to what was before."""
    sides = [("after", list(reversed(items[:number]))), ("before", items[number + 1 :])]
    if items[number].startswith("smp_rmb,"):
        sides.reverse()
    for side, near in sides:
        first = next((parts for item in near if len(parts := item.split(",")) == 7), None)
        if first and first[2].split(".")[-1] in WORDS:
            return f"{side} {first[0]} {first[2].split('.')[-1]}"
    return ""


def _without(fence: str, place: str, line: str) -> str:
    items = line.split(";")
    gone = [n for n, item in enumerate(items) if item == f"{fence},fence" and _neighbour(items, n) == place]
    return ";".join(item for n, item in enumerate(items) if n not in gone)


def _otherwise(old: str, new: str, line: str) -> str:
    return (";" + line).replace(old, new)[1:]


def mutations(code: Lines):
    """(what is weaker, how to make a line so)"""
    for what, kind, word in _accesses(code):
        for less in weaker(what):
            old, new = f";{what},{kind},{word},", f";{less},{kind},{word},"
            yield f"{what} {word.split('.')[1]}: {less}", partial(_otherwise, old, new)
    for fence, place in _fences(code):
        yield f"no {fence} {place}", partial(_without, fence, place)


def weaken(code: Lines, model: Model):
    """One after the other: wherever it is, then in each operation alone."""
    scenes = Scenes(code, model)
    for text, change in mutations(code):
        after = {name: frozenset(map(change, lines)) for name, lines in code.items()}
        where = sorted(name for name in code if after[name] != code[name])
        if not where:
            continue
        yield Weakened(text, after, judge(code, after, scenes, model))
        for name in where if len(where) > 1 else ():
            alone = {**code, name: after[name]}
            yield Weakened(f"{text}, only in {name}", alone, judge(code, alone, scenes, model))


def noticed(weakened: Weakened) -> bool:
    return weakened.result.verdict == DIFFERS
