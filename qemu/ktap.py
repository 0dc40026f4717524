# SPDX-License-Identifier: GPL-2.0
"""Follow a KTAP stream as it comes: results for the screen, plan against count.

kunit.py judges a stream too, but accepts one without a plan, and only at the
end. Here every level must have a plan, and a result for each planned test.
"""

import re
from dataclasses import dataclass, field

VERSION = re.compile(r"( *)K?TAP version \d+\s*$")
SUBTEST = re.compile(r" *# Subtest: (.*?)\s*$")
PLAN = re.compile(r"( *)1\.\.(\d+)")
RESULT = re.compile(r"( *)(ok|not ok) (\d+) ?(?:- )?(.*?)(?: ?# (SKIP|skip)\b ?(.*))?\s*$")


@dataclass
class Level:
    """One "KTAP version" header and what belongs to it."""

    indent: int
    name: str = ""
    planned: int | None = None
    results: int = 0
    failed: int = 0


@dataclass
class Result:
    status: str  # "pass", "fail", "skip"
    name: str  # with the names of the subtests around it
    reason: str = ""
    diagnostics: list[str] = field(default_factory=list)


class Ktap:
    """Feed it the lines between the guest's markers."""

    def __init__(self):
        self.stack = []
        self.problems = []
        self.counts = {"pass": 0, "fail": 0, "skip": 0}
        self.failed_names = []
        self.diagnostics = []
        self.seen = False  # a stream has begun
        self.child = None  # the level that ended just before this line

    def feed(self, line: str) -> Result | None:
        """Return the result, if this line is the result of a single test."""
        if match := VERSION.match(line):
            self._open(len(match[1]))
        elif match := SUBTEST.match(line):
            if self.stack and not self.stack[-1].name:
                self.stack[-1].name = match[1]
        elif self.stack and (match := PLAN.match(line)) and self.stack[-1].planned is None:
            self.stack[-1].planned = int(match[2])
        elif match := RESULT.match(line):
            return self._result(len(match[1]), match[2], int(match[3]), match[4].strip(), match[5], match[6] or "")
        else:
            self.diagnostics.append(line)
        return None

    def finish(self) -> list[str]:
        """Every reason why the stream is not complete."""
        if not self.seen:
            return self.problems or ["no KTAP output"]
        while self.stack:
            self._close()
        total = sum(self.counts.values())
        if not self.problems:
            if not total:
                self.problems.append("no test ran")
            elif self.counts["skip"] == total:
                self.problems.append(f"all {total} tests were skipped")
        return self.problems

    def _open(self, indent: int) -> None:
        while self.stack and self.stack[-1].indent > indent:
            self._close()
        # A second stream beside the first (a KUnit module at insmod) nests in it.
        self.stack.append(Level(indent))
        self.seen = True
        self.child = None
        self.diagnostics = []

    def _close(self) -> None:
        level = self.child = self.stack.pop()
        what = f"{level.name}: " if level.name else ""
        if level.planned is None:
            self.problems.append(f"{what}no plan (1..N) before {level.results} results")
        elif level.results != level.planned:
            self.problems.append(f"{what}{level.planned} tests planned, {level.results} ran")
        if level.failed and self.stack:
            self.stack[-1].failed += 1

    def _result(self, indent: int, word: str, number: int, name: str, skip: str, reason: str) -> Result | None:
        while len(self.stack) > 1 and (
            self.stack[-1].indent > indent
            or (self.stack[-1].results == self.stack[-1].planned and self.stack[-2].indent == indent)
        ):
            self._close()
        if not self.stack:
            if not self.problems:
                self.problems.append(f'result {name!r} before any "KTAP version" line')
            return None
        level, child, self.child = self.stack[-1], self.child, None
        level.results += 1
        if number != level.results:
            self.problems.append(f"{name!r} is result {number}, expected number {level.results}")
            level.results = number
        path = ".".join([lv.name for lv in self.stack if lv.name] + [name])
        status = "skip" if skip else "pass" if word == "ok" else "fail"
        if status == "fail":
            level.failed += 1
        # A test with subtests counts only where it fails by itself.
        if child and child.results and not (status == "fail" and not child.failed):
            self.diagnostics = []
            return None
        self.counts[status] += 1
        if status == "fail":
            self.failed_names.append(path)
        diagnostics, self.diagnostics = self.diagnostics, []
        return Result(status, path, reason, diagnostics)
