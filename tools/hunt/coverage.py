# SPDX-License-Identifier: GPL-2.0
"""What a hunt went through, and how often: the worth of having found nothing.

Read from the logs of its guests: counters of the loads, calls of the kernel's functions (guest/functions),
the kernel's own VMA lock events, and the rare branches that torture and swap count.
"""

import re
from collections import Counter
from pathlib import Path

FUNCTIONS = Path(__file__).with_name("guest") / "functions"
HUNT = re.compile(r"# hunt: (\S+) (\S+) (\d+)$")
PATH = re.compile(r"# path: (\S+) (\d+|-)$")
TORTURE = re.compile(r"vma_lock-torture: \| +(\w+) +(\d+|-) +(\d+)$")
TORTURE_HEAD = re.compile(r"vma_lock-torture: \| +Rust +C$")
LANGUAGES = ("Rust", "C")
SWAP = re.compile(r"# \|   (\w+) +(\d+)$")


def wanted() -> list[tuple[str, str, str]]:
    """Function, load, what it is."""
    lines = (line.split(None, 2) for line in FUNCTIONS.read_text().splitlines() if line and not line.startswith("#"))
    return [(function, load, what) for function, load, what in lines]


class Coverage:
    def __init__(self):
        self.turns, self.rounds = Counter(), Counter()
        self.counters, self.paths, self.torture, self.swap = Counter(), Counter(), Counter(), Counter()
        self.uncounted = set()

    def add(self, kind: str, lines: list[str]) -> None:
        self.turns[kind] += 1
        table = {}
        for line in lines:
            line = line.strip()
            if line.startswith("# round: "):
                self.rounds.update(line.split()[3:])
            elif match := HUNT.match(line):
                self.counters[match[1], match[2]] += int(match[3])
            elif match := PATH.match(line):
                self.uncounted |= {match[1]} if match[2] == "-" else set()
                self.paths[match[1]] += 0 if match[2] == "-" else int(match[2])
            elif kind == "torture" and TORTURE_HEAD.match(line):
                # The run before it was a short one, with a table of its own.
                table = {}
            elif kind == "torture" and (match := TORTURE.match(line)):
                table[match[1]] = match.groups()[1:]
            elif kind == "swap" and (match := SWAP.match(line)):
                self.swap[match[1]] += int(match[2])
        for name, numbers in table.items():
            for language, number in zip(LANGUAGES, numbers, strict=True):
                self.torture[name, language] += 0 if number == "-" else int(number)
                self.uncounted |= {f"{name} in {language}"} if number == "-" else set()

    def missing(self) -> list[str]:
        """What a turn that was taken should have come by, and did not."""
        gone = [
            f"{function} ({what})"
            for function, load, what in wanted()
            if (self.turns["loads"] if load == "any" else self.rounds[load])
            and function not in self.uncounted
            and not self.paths[function]
        ]
        gone += [
            f"torture: {name} in {language}"
            for (name, language), n in self.torture.items()
            if not n and f"{name} in {language}" not in self.uncounted
        ]
        gone += [f"swap: {name}" for name, n in self.swap.items() if not n]
        return gone

    def table(self) -> list[str]:
        lines = ["turns: " + ", ".join(f"{n} of {kind}" for kind, n in self.turns.items())]
        if self.rounds:
            lines += ["", "load        rounds  what it did, how often"]
        for load, rounds in sorted(self.rounds.items()):
            did = ", ".join(f"{name} {n}" for (of, name), n in sorted(self.counters.items()) if of == load)
            lines.append(f"{load:<12}{rounds:>5}   {did or 'nothing that it could tell'}")
        if self.paths:
            lines += ["", f"{'path, under the loads':<36}{'calls':>12}"]
        for path, n in self.paths.items():
            lines.append(f"{path:<36}{'not counted' if path in self.uncounted else n:>12}")
        if self.torture:
            lines += ["", f"{'torture':<36}" + "".join(f"{language:>12}" for language in LANGUAGES)]
        for name in dict.fromkeys(name for name, _ in self.torture):
            lines.append(f"{name:<36}" + "".join(f"{self.torture[name, language]:>12}" for language in LANGUAGES))
        if self.swap:
            lines += ["", f"{'swap':<36}{'calls':>12}"]
        lines += [f"{name:<36}{n:>12}" for name, n in self.swap.items()]
        if self.uncounted:
            lines += ["", f"not counted (inlined here, or not to be traced): {', '.join(sorted(self.uncounted))}"]
        return [*lines, "", *(f"never taken: {what}" for what in self.missing())]
