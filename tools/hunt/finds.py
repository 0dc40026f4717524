# SPDX-License-Identifier: GPL-2.0
"""What was found in a guest's log: the kernel's reports, each kind once, and what is known of them.

A kind is the kind of splat, its title without what differs from time to time, and the function
that it happened in. Of each kind the first one is kept in a folder: report, replay line, log.
"""

import io
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import guest
from verdict import PREFIX, Judge

REPORT_LINES = 120
FUNCTION = re.compile(r"(?: in | at |RIP: 0010:|pc : )([\w.]+)\+0x")
ROUND = re.compile(r"# round: (\d+) (.+?)\s*$")
# What a load has the kernel report as a matter of course.
EXPECTED = {"memcg": "oom"}
# How a load, and torture, say what was not as it should be. That torture has not come by a rare branch is
# no fault of the kernel: it is said with the rest that was never taken.
WRONG = re.compile(r"# (?:wrong|End of test: FAILURE): (.*)")
NEVER = re.compile(r"\w+ never happened, in one of the languages$")
# What differs from one time to the next.
VARIES = (
    (re.compile(r", CPU#.*| by task .*|, address: .*| \[#\d+\].*|\[[\w/:.-]+:\d+\]"), ""),
    (re.compile(r"\+0x\w+(/0x\w+)?"), ""),
    (re.compile(r"\b(0x[0-9a-f]+|[0-9a-f]{8,})\b"), "N"),
    (re.compile(r"(?<=\S):\d+(?= blocked)|#?\b\d+(?= ?s\b| seconds)|CPU ?#?\d+|\bP\d+\b|(?<=round )\d+"), "N"),
)


@dataclass
class Find:
    kind: str
    title: str
    seed: int = 0  # of the round in which it came, and
    loads: str = ""  # what ran then
    report: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        title = self.title
        function = next((m[1] for line in self.report if (m := FUNCTION.search(line))), "")
        for pattern, text in VARIES:
            title = pattern.sub(text, title)
        return f"{self.kind}: {title.strip()}" + (f" ({function})" if function and function not in title else "")


class Log:
    """One guest's log, read again after its end."""

    def __init__(self, console: Path):
        self.lines, self.finds, self.judge, self.round = [], [], Judge(), (0, "")
        stream = guest.Console(io.BytesIO(), [], self._line, None)
        stream.take(console.read_bytes())
        stream.finish()

    def _line(self, line: str) -> None:
        prefix = PREFIX.match(line)
        text = line[prefix.end() :] if prefix else line
        self.lines.append(text)
        if match := ROUND.search(text):
            self.round = (int(match[1]), match[2])
        for find in self.finds[-1:]:
            if len(find.report) < REPORT_LINES:
                find.report.append(text)
        if kind := self.judge.feed(line)[1]:
            self.finds.append(Find(kind, text, *self.round, [text]))

    def unexpected(self) -> list[Find]:
        return [find for find in self.finds if all(EXPECTED.get(load) != find.kind for load in find.loads.split())]

    def failures(self, output: list[str]) -> list[Find]:
        """Why the guest has failed, beside what the kernel has reported; OUTPUT is qemu/run's."""
        cut = [line.removeprefix(guest.WATCHDOG) for line in self.lines if line.startswith(guest.WATCHDOG)]
        reasons = [*cut, *self.judge.reasons(guest.Outcome())]
        failed = "; ".join(reason for reason in reasons if not reason.startswith("unannounced "))
        if not reasons:
            # What only qemu/run sees: how QEMU ended, and what kunit.py says.
            failed = next((m[1] for line in output if (m := re.match(r"qemu: FAIL: (.*)", line))), "")
        if not failed:
            return []
        said = [m[1] for line in self.lines if (m := WRONG.search(line))]
        if len(said) == 1 and NEVER.match(said[0]):
            return []
        return [Find("fail", (said or [failed])[0], *self.round, [failed, *self.lines[-200:]])]


class Kept:
    """All that this hunt has found."""

    def __init__(self, folder: Path, known: list[Path]):
        self.folder = folder
        self.patterns = [
            re.compile(line)
            for path in known
            for line in path.read_text().splitlines()
            if line and not line.startswith("#")
        ]
        self.known, self.new = {}, {}

    def add(self, find: Find, replay: str, console: Path) -> str:
        """Say what it is: "known", "new", or "again"."""
        if any(pattern.search(find.key) for pattern in self.patterns):
            self.known[find.key] = self.known.get(find.key, 0) + 1
            return "known"
        self.new[find.key] = self.new.get(find.key, 0) + 1
        if self.new[find.key] > 1:
            return "again"
        place = self.place(find)
        if not place.exists():
            place.mkdir(parents=True)
            (place / "report").write_text("\n".join([find.key, f"replay: {replay}", "", *find.report, ""]))
            if console.exists():
                shutil.copy(console, place / "console.log")
        return "new"

    def place(self, find: Find) -> Path:
        return self.folder / re.sub(r"[^\w.]+", "-", find.key).strip("-")[:100]
