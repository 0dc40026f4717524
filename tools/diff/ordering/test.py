# SPDX-License-Identifier: GPL-2.0
"""A hand-written litmus test: its threads, their statements, and the ways through them."""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path as File

from host import CannotTell

from .model import SUFFIX, load, store
from .paths import ACQUIRE, FULL, PLAIN, RELAXED, RELEASE

FENCES = ("smp_mb", "smp_rmb", "smp_wmb")
RETURN_NOTHING = ("atomic_inc", "atomic_dec", "atomic_add", "atomic_sub")
PLACE = r"\*?(\w+)"
CODE = re.compile(r"^\s*(?:(\w+) = )?(.*?);\s*(?://.*)?$")


@dataclass(frozen=True)
class Statement:
    line: int  # of the file, from 0
    kind: str  # load, store, rmw, fence
    name: str
    place: str = ""
    order: str = ""
    register: str = ""
    value: str = ""
    inside: tuple[int, ...] = ()  # the lines of the conditions that it is in, the outermost first

    def ordered(self, order: str) -> str:
        """The same with another order."""
        if self.kind == "load":
            return load(self.register, order, self.place)
        if self.kind == "store":
            return store(order, self.place, self.value)
        head = f"{self.register} = " if self.register else ""
        suffix = "" if self.name in RETURN_NOTHING else SUFFIX[order]
        name = re.sub(r"(_acquire|_release|_relaxed)$", "", self.name) + suffix
        return f"{head}{name}({self.value});"


@dataclass
class Thread:
    number: int
    ways: list[list[Statement]] = field(default_factory=list)


def _statement(line: int, text: str, inside: tuple[int, ...]) -> Statement | None:
    one = _read(line, text)
    return one and replace(one, inside=inside)


def _read(line: int, text: str) -> Statement | None:
    found = CODE.match(text)
    if not found:
        return None
    register, code = found[1] or "", found[2].strip()
    call = re.fullmatch(r"(\w+)\((.*)\)", code)
    if call and call[1] in FENCES:
        return Statement(line, "fence", call[1])
    if call and call[1].startswith("rcu_read_"):
        return None
    if not call:
        if register and code.startswith("*"):
            return Statement(line, "load", "", code[1:], PLAIN, register)
        if stored := re.fullmatch(r"\*(\w+) = (.*)", code):
            return Statement(line, "store", "", stored[1], PLAIN, "", stored[2])
        return None  # a register, or a declaration
    name, arguments = call[1], [part.strip() for part in call[2].split(",")]
    loads = {"READ_ONCE": RELAXED, "atomic_read": RELAXED, "rcu_dereference": RELAXED, "smp_load_acquire": ACQUIRE}
    stores = {"WRITE_ONCE": RELAXED, "rcu_assign_pointer": RELEASE, "smp_store_release": RELEASE, "smp_store_mb": FULL,
              "atomic_set": RELAXED, "atomic_set_release": RELEASE}  # fmt: skip
    if name in loads:
        return Statement(line, "load", name, arguments[0].lstrip("*"), loads[name], register)
    if name in stores:
        return Statement(line, "store", name, arguments[0].lstrip("*"), stores[name], "", arguments[1])
    if name.startswith("atomic_"):
        order = next((o for o, suffix in SUFFIX.items() if suffix and name.endswith(suffix)), FULL)
        if name in RETURN_NOTHING:
            order = RELAXED
        place = arguments[1] if re.match(r"atomic_(fetch_)?(add|sub)", name) else arguments[0]
        return Statement(line, "rmw", name, place, order, register, call[2])
    raise CannotTell(f"memory ordering: unknown statement in a litmus test: {text.strip()}")


class Test:
    def __init__(self, file: File):
        self.name = file.stem
        self.text = file.read_text()
        self.lines = self.text.splitlines()

    @cached_property
    def threads(self) -> list[Thread]:
        found = []
        at = 0
        while at < len(self.lines):
            if head := re.match(r"P(\d+)\(", self.lines[at]):
                end = next(i for i in range(at, len(self.lines)) if self.lines[i].startswith("}"))
                found.append(Thread(int(head[1]), self._ways(at + 2, end)[0]))
                at = end
            at += 1
        return found

    def _ways(self, at: int, end: int, inside: tuple[int, ...] = ()) -> tuple[list[list[Statement]], int]:
        """All ways from a line to the end of its block."""
        ways: list[list[Statement]] = [[]]
        while at < end:
            text = self.lines[at].split("//")[0].strip()
            if text.startswith("}"):
                break
            if text.startswith("if "):
                taken, other = [], [[]]
                within = (*inside, at)
                if text.endswith("{"):
                    taken, at = self._ways(at + 1, end, within)
                    if self.lines[at].strip().startswith("} else {"):
                        other, at = self._ways(at + 1, end, within)
                    at += 1
                else:
                    one = _statement(at + 1, self.lines[at + 1], within)
                    taken, at = [[one] if one else []], at + 2
                ways = [way + branch for way in ways for branch in (*taken, *other)]
                continue
            if one := _statement(at, self.lines[at], inside):
                ways = [[*way, one] for way in ways]
            at += 1
        return ways, at

    def decides(self, condition: int, statement: Statement) -> bool:
        """Does it depend on a condition around it? Not if the same is done right on its other side."""
        side = self.otherwise(condition, statement.line)
        return not any(
            (other.kind, other.place, other.value, other.order)
            == (statement.kind, statement.place, statement.value, statement.order)
            and other.inside[-1:] == (condition,)
            and self.otherwise(condition, other.line) != side
            for thread in self.threads
            for way in thread.ways
            for other in way
        )

    def otherwise(self, condition: int, line: int) -> bool:
        """Is a line in the else of a condition that it is in?"""
        depth = 0
        for text in (self.lines[number].split("//")[0].strip() for number in range(condition, line)):
            if text.startswith("}"):
                depth -= 1
                if depth == 0 and "else" in text:
                    return True
            depth += text.endswith("{")
        return False

    def looks(self, way: list[Statement], statement: Statement, condition: int) -> list[Statement]:
        """Which loads of a way are in a condition that a statement of it is in."""
        before = way[: way.index(statement)]
        # One inside of the condition says nothing of how it came out.
        registers = set(re.findall(r"\br\d+\b", self.lines[condition]))
        last = {one.register: one for one in before if one.register in registers and one.line < condition}
        return list(last.values())

    @property
    def result(self) -> str:
        return re.search(r"^ \* Result: (.*)$", self.text, re.MULTILINE)[1]

    @property
    def outcome(self) -> str:
        """What the exists clause says of itself."""
        return " ".join(re.search(r"^exists .*", self.text, re.MULTILINE | re.DOTALL)[0].split())


def observed(said: str) -> str:
    """As the Result of a test has it."""
    verdict = re.search(r"^Observation \S+ (\w+) ", said, re.MULTILINE)[1]
    return verdict + (" DATARACE" if "\nFlag data-race\n" in said else "")
