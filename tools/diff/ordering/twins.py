# SPDX-License-Identifier: GPL-2.0
"""Broken twins of the hand-written tests, made of the code: do they end as those written by hand?"""

import re
from dataclasses import dataclass
from pathlib import Path as File

from .compare import Compared
from .match import Pair
from .model import Model
from .paths import Lines, path
from .scenes import LITMUS, Claim, Scenes, function
from .test import Test, observed

TWINS = File(__file__).with_name("twins")


@dataclass
class Twin:
    test: Test
    thread: str  # "-": not to be made so
    old: str
    new: str

    @property
    def of(self) -> str:
        return self.test.name.partition("+broken-")[0]


def twins() -> list[Twin]:
    found = []
    for line in TWINS.read_text().splitlines():
        if not line.startswith("#"):
            # A regular expression may have alternatives: bars without space around.
            name, thread, old, *new = (part.strip() for part in re.split(r" \|(?: |$)", line))
            found.append(Twin(Test(LITMUS / f"{name}.litmus"), thread, old, *(new or [""])))
    return found


def missing() -> list[str]:
    """Twins that no line speaks of."""
    known = {twin.test.name for twin in twins()}
    return sorted(f.stem for f in LITMUS.glob("*+broken-*.litmus") if f.stem not in known)


def otherwise(twin: Twin, line: str) -> str:
    """A path with the change in it. What depends on what is told by numbers, so these are other ones then."""
    number, items = 0, line.split(";")
    for at, item in enumerate(items[:-1]):
        if item.count(",") == 6:
            items[at], number = f"{item}@{number}", number + 1
    line = re.sub(twin.old, twin.new, ";".join(items))
    order = {int(tag): place for place, tag in enumerate(re.findall(r"@(\d+)", line))}

    def renumbered(found: re.Match, before: int) -> str:
        place = order.get(int(found[2]), before)
        return f"{found[1]}{place}" if place < before else ""

    items = line.split(";")
    for at, item in enumerate(items):
        text, tag, own = item.partition("@")
        head, comma, on = text.rpartition(",")
        if tag or item.startswith("="):
            place = order[int(own)] if tag else len(order)
            items[at] = head + comma + re.sub(r"([acd])(\d+)", lambda found, p=place: renumbered(found, p), on)
    return ";".join(items)


def _made(twin: Twin, claim: Claim, code: Lines) -> dict[str, Compared]:
    found = {}
    for name in {function(name) for names in claim.operations[int(twin.thread)] for name in names}:
        changed = {line: after for line in code[name] if (after := otherwise(twin, line)) != line}
        both = [Pair(path(line), path(after)) for line, after in sorted(changed.items())]
        if both:
            different = {(pair.before.labels, pair.after.labels): pair for pair in both}
            found[name] = Compared(name, list(different.values()))
    return found


def problem(twin: Twin, scenes: Scenes, code: Lines, model: Model) -> str:
    """Why what is made of the code is not the twin; empty: it is."""
    claim = next((claim for claim in scenes.claims if claim.test.name == twin.of), None)
    if not claim:
        return f"there is no {twin.of}"
    changed = _made(twin, claim, code)
    if not changed:
        return "the code has no such thing"
    for rewritten in scenes.rewrite(changed):
        if rewritten.test.name == twin.of:
            got = observed(model.run(rewritten.text, "-optace", "true"))
            return "" if got == twin.test.result else f"ends {got}, the twin {twin.test.result}: {rewritten.edits}"
    return "the test does not show it"
