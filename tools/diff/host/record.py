# SPDX-License-Identifier: GPL-2.0
"""What a side did: in the guest, where it wrote that down, and in the explorer."""

import re
import sys
from dataclasses import dataclass, field

from . import CannotTell

HEAD = re.compile(r"side (\S+) flag ([0-9a-f]+) limit ([0-9a-f]+)$")
CELL = re.compile(r"([\w@]+) ([0-9a-f]{8}) ([01]) ([01]) ([01]) ([012]):(?: (.*))?$")
LACKS = re.compile(r"lacks (.*)$")
CELLS = re.compile(r"cells (\d+) not-applicable (\d+) watchpoints ([01])$")


@dataclass
class Scenario:
    """How much of a scene was tried."""

    runs: int
    states: int
    steps: int
    preemptions: int  # at most so many were tried; 0: any number
    complete: bool


@dataclass
class Rounds:
    """One random long schedule."""

    seed: int
    events: list[str]  # thread, what changed, to what: see tools/diff/explorer/rounds.c
    outcome: str


@dataclass
class Record:
    """What one side did."""

    name: str
    flag: int = 0
    limit: int = 0
    cells: dict[tuple, str] = field(default_factory=dict)
    # Of a C side: assertions that the kernel leaves out, and what it does not tell lockdep.
    checks: dict[tuple, str] = field(default_factory=dict)
    not_applicable: int = 0
    lacks: list[str] = field(default_factory=list)  # what this side cannot be asked, and why
    watchpoints: bool = False
    # (scene, readers' side, writers' side) -> outcome -> an order that leads to it
    outcomes: dict[tuple, dict[str, str]] = field(default_factory=dict)
    scenarios: dict[tuple, Scenario] = field(default_factory=dict)
    # (readers' side, writers' side) -> one for each run
    rounds: dict[tuple, list[Rounds]] = field(default_factory=dict)


def cell_key(match: re.Match) -> tuple:
    return (match[1], int(match[2], 16), *(int(match[i]) for i in range(3, 7)))


# All sides have the same cells, and most come to the same there: one object each.
_keys: dict[str, tuple] = {}


def parse(name: str, text: str) -> Record:
    record = Record(name)
    planned = None
    for line in text.splitlines():
        head, _, rest = line.partition(": ")
        if head not in _keys and (match := CELL.match(line)) and match[7]:
            _keys[head] = cell_key(match)
        if (key := _keys.get(head)) and rest:
            outcome, _, checks = rest.partition(" | ")
            record.cells[key], record.checks[key] = sys.intern(outcome), sys.intern(checks)
        elif match := LACKS.match(line):
            record.lacks.append(match[1])
        elif match := HEAD.match(line):
            record.flag, record.limit = int(match[2], 16), int(match[3], 16)
        elif match := CELLS.match(line):
            planned, record.not_applicable = int(match[1]), int(match[2])
            record.watchpoints = match[3] == "1"
        else:
            raise CannotTell(f"side {name} wrote a line that is not understood: {line!r}")
    if not planned or planned != len(record.cells):
        raise CannotTell(f"side {name}: {planned} cells were run, {len(record.cells)} are recorded")
    return record
