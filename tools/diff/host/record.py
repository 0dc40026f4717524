# SPDX-License-Identifier: GPL-2.0
"""What a side wrote down in the guest."""

import re
from dataclasses import dataclass, field

from . import CannotTell

HEAD = re.compile(r"side (\S+) flag ([0-9a-f]+) limit ([0-9a-f]+)$")
CELL = re.compile(r"([\w@]+) ([0-9a-f]{8}) ([01]) ([01]) ([01]) ([012]):(?: (.*))?$")
LACKS = re.compile(r"lacks (.*)$")
CELLS = re.compile(r"cells (\d+) not-applicable (\d+) watchpoints ([01])$")
SCHEDULE = re.compile(r"schedule (\S+) (\S+) (\S+) (\d+): (.*)$")
SCENARIO = re.compile(r"scenario (\S+) (\S+) (\S+) runs (\d+) states (\d+) steps (\d+) preemptions (\d+) (complete|incomplete)$")
ROUNDS = re.compile(r"rounds (\S+) (\S+) (\d+): (.*)$")
ROUNDS_END = re.compile(r"rounds-end (\S+) (\S+) (\d+) seed (\d+) events (\d+): (.*)$")


@dataclass
class Scenario:
    """How much of a scenario was tried."""

    runs: int
    states: int
    steps: int
    preemptions: int  # at most so many were tried; 0: any number
    complete: bool


@dataclass
class Rounds:
    """One random long schedule."""

    seed: int
    events: list[str]  # thread, what changed, to what: see rounds.c
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
    # (scenario, readers' side, writers' side) -> outcome -> an order that leads to it
    outcomes: dict[tuple, dict[str, str]] = field(default_factory=dict)
    scenarios: dict[tuple, Scenario] = field(default_factory=dict)
    # (readers' side, writers' side) -> one for each run
    rounds: dict[tuple, list[Rounds]] = field(default_factory=dict)


def cell_key(match: re.Match) -> tuple:
    return (match[1], int(match[2], 16), *(int(match[i]) for i in range(3, 7)))


def parse(name: str, text: str) -> Record:
    record = Record(name)
    planned, events = None, []
    for line in text.splitlines():
        if match := CELL.match(line):
            key = cell_key(match)
            record.cells[key], _, record.checks[key] = match[7].partition(" | ")
        elif match := LACKS.match(line):
            record.lacks.append(match[1])
        elif match := HEAD.match(line):
            record.flag, record.limit = int(match[2], 16), int(match[3], 16)
        elif match := CELLS.match(line):
            planned, record.not_applicable = int(match[1]), int(match[2])
            record.watchpoints = match[3] == "1"
        elif match := SCHEDULE.match(line):
            record.outcomes.setdefault(match.group(1, 2, 3), {})[match[5]] = match[4]
        elif match := SCENARIO.match(line):
            record.scenarios[match.group(1, 2, 3)] = Scenario(
                *(int(match[i]) for i in range(4, 8)), complete=match[8] == "complete"
            )
        elif match := ROUNDS.match(line):
            events.extend(match[4].split())
        elif match := ROUNDS_END.match(line):
            if len(events) != int(match[5]):
                raise CannotTell(f"side {name}: {match[5]} events of random schedules, {len(events)} are recorded")
            record.rounds.setdefault(match.group(1, 2), []).append(Rounds(int(match[4]), events, match[6]))
            events = []
        else:
            raise CannotTell(f"side {name} wrote a line that is not understood: {line!r}")
    if not planned or planned != len(record.cells):
        raise CannotTell(f"side {name}: {planned} cells were run, {len(record.cells)} are recorded")
    return record
