# SPDX-License-Identifier: GPL-2.0
"""Find the kernel's reports (WARN, Oops, KASAN, lockdep, ...) in a console log.

The table of patterns is the file `splats` beside this one. A test that
provokes a report on purpose writes to /dev/kmsg, before and after:

    vma_lock: expect splat KIND COUNT
    vma_lock: expect end

Between the two exactly COUNT reports of that KIND must come, and no other.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

TABLE = Path(__file__).with_name("splats")
EXPECT = re.compile(r"vma_lock: expect (?:splat (\S+) (\d+)|end)\s*$")
EXPECT_ANY = re.compile(r"vma_lock: expect\b")
# What closes a report: a stack trace after it belongs to something else. The results of tests come
# through a pipe, late, and so perhaps in the middle of a report that has an end of its own.
CUT_HERE = re.compile(r"-+\[ cut here \]-+")
END_TRACE = re.compile(r"---\[ end trace")
CLOSED = re.compile(r"\s*(not )?ok \d+|vma_lock: expect ")
# Reports without an end marker (lockdep, KASAN) are this many lines at most.
REPORT_LINES = 400


@dataclass
class Row:
    kind: str
    after: list[str]
    regex: re.Pattern


@dataclass
class Window:
    """An announcement, and the reports that came in it."""

    kind: str
    count: int
    line: int
    seen: list[str] = field(default_factory=list)


def load_table() -> list[Row]:
    rows = []
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            kind, after, regex = line.split(None, 2)
            rows.append(Row(kind, after.split(","), re.compile(regex)))
    return rows


class Scanner:
    """Feed it the log line by line, time stamps removed; then read `problems`."""

    def __init__(self):
        self.rows = load_table()
        self.kinds = {row.kind for row in self.rows}
        self.pending = Counter()  # reports that may still print their AFTER line
        self.near = None  # line of the report that is being printed
        self.cut = False  # it is one that has an end marker
        self.window = None
        self.reports = 0
        self.problems = []
        self.number = 0

    def feed(self, line: str) -> str | None:
        """Return the report's kind if this line begins a report nobody announced."""
        self.number += 1
        if EXPECT_ANY.match(line):
            self._announcement(line)
        self.cut = self.cut or bool(CUT_HERE.match(line))
        if END_TRACE.match(line) or (CLOSED.match(line) and not self.cut):
            self.near = None
            self.cut = False
            return None
        row = next((r for r in self.rows if r.regex.match(line)), None)
        if row is None or self._belongs(row):
            return None
        self.near = self.number
        self.pending[row.kind] += 1
        self.reports += 1
        if self.window:
            self.window.seen.append(row.kind)
            return None
        self.problems.append(f"unannounced {row.kind} splat in line {self.number}: {line[:100]}")
        return row.kind

    def finish(self) -> list[str]:
        if self.window:
            self.problems.append(
                f'splat announced in line {self.window.line} ({self.window.kind}): no "vma_lock: expect end" after it'
            )
        return self.problems

    def _belongs(self, row: Row) -> bool:
        """Is this line a part of a report that was counted already?"""
        if row.after == ["*"]:
            return self.near is not None and self.number - self.near < REPORT_LINES
        for kind in row.after:
            if self.pending[kind]:
                self.pending[kind] -= 1
                self.pending[row.kind] += 1
                return True
        return False

    def _announcement(self, line: str) -> None:
        match = EXPECT.match(line)
        if not match:
            self.problems.append(
                f'line {self.number}: {line!r}: expected "vma_lock: expect splat KIND COUNT" or "vma_lock: expect end"'
            )
        elif match[1]:
            if self.window:
                self.problems.append(f"line {self.number}: announced inside line {self.window.line}'s window")
            if match[1] not in self.kinds:
                self.problems.append(f"line {self.number}: unknown kind of splat {match[1]!r}, see qemu/splats")
            self.window = Window(match[1], int(match[2]), self.number)
        elif not self.window:
            self.problems.append(f'line {self.number}: "expect end" without an announcement')
        else:
            self._close(self.window)
            self.window = None

    def _close(self, window: Window) -> None:
        if window.seen != [window.kind] * window.count:
            got = ", ".join(f"{n} {kind}" for kind, n in Counter(window.seen).items()) or "none"
            self.problems.append(
                f"splat announced in line {window.line}: expected {window.count} {window.kind}, got {got}"
            )
