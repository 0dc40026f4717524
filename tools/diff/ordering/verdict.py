# SPDX-License-Identifier: GPL-2.0
"""Does a change weaken an ordering, and does anybody need it?

- A path of an operation that the other side does not have, or that herd7 cannot take: could not tell.
- Nothing lost, nothing won: the same. Only won: stricter, which costs but breaks nothing.
- Lost, and a litmus test ends otherwise with this code in it: differs.
- Lost, no test ends otherwise, and the change stands in `not-needed` with a reason: weaker.
- All else that is lost: could not tell.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path as File

from .compare import Change, Compared, by_text, sides
from .model import Model
from .paths import Lines
from .scenes import Rewritten, Scenes

NOT_NEEDED = File(__file__).with_name("not-needed")
SAME, STRICTER, WEAKER = "identical", "identical, but stricter", "identical, but weaker"
DIFFERS, CANNOT_TELL = "differs", "could not tell"


@dataclass
class Judgement:
    verdict: str = SAME
    reason: str = ""
    lost: list[Change] = field(default_factory=list)
    won: list[Change] = field(default_factory=list)
    changed: list[tuple[Rewritten, str]] = field(default_factory=list)
    compared: dict[str, Compared] = field(default_factory=dict)


@dataclass
class NotNeeded:
    """An ordering that is there and that nothing needs."""

    change: str
    own: set[str]  # operations
    callers: set[str]  # others, which do it by calling those
    reason: str

    @property
    def operations(self) -> set[str]:
        return self.own | self.callers


def not_needed() -> list[NotNeeded]:
    """CHANGE | OPERATIONS | REASON"""
    found = []
    for line in NOT_NEEDED.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            change, operations, reason = (part.strip() for part in line.split("|"))
            callers = set(re.findall(r"\((\w+)\)", operations))
            found.append(NotNeeded(change, set(re.findall(r"\w+", operations)) - callers, callers, reason))
    return found


def reason_for(changes: list[Change]) -> str:
    """Why one thing that is weaker in these operations may be so; empty: not known."""
    texts, operations = {change.text for change in changes}, {change.operation for change in changes}
    for known in not_needed():
        if texts == {known.change} and operations <= known.operations:
            return known.reason
    return ""


def words(changes: list[Change]) -> str:
    """Of each change what it is, and where."""
    texts: dict[str, list[str]] = {}
    for change in changes:
        texts.setdefault(change.text, []).append(change.operation)
    said = [
        f"{text} in {', '.join(where[:3])}{' and so on' if len(where) > 3 else ''}" for text, where in texts.items()
    ]
    return "; ".join(said[:3]) + (f"; and {len(said) - 3} more" if len(said) > 3 else "")


def first_lost(changes: list[Change]) -> str:
    relation = max(changes[0].lost.items(), key=lambda item: item[1])[0]
    return f"{changes[0].operation}(): {relation}"


def judge(before: Lines, after: Lines, scenes: Scenes, model: Model) -> Judgement:
    result = Judgement(compared=sides(before, after, model))
    each = result.compared.values()
    result.lost = [change for one in each for change in one.lost]
    result.won = [change for one in each for change in one.won]
    strange = [one for one in each if one.unmatched]
    if result.lost:
        result.changed = scenes.changed(result.compared)
    if result.changed:
        rewritten, got = result.changed[0]
        more = f", and {len(result.changed) - 1} more" if len(result.changed) > 1 else ""
        result.verdict = DIFFERS
        result.reason = (
            f"memory ordering: {words(result.lost)}; {rewritten.test.name} was {rewritten.test.result}, is {got}{more}: "
            f"{rewritten.test.outcome}"
        )
    elif strange:
        result.verdict = CANNOT_TELL
        result.reason = f"memory ordering: {strange[0].operation}() takes paths that it did not take before"
    elif result.lost:
        _weigh(result)
    elif result.won:
        result.verdict, result.reason = STRICTER, f"memory ordering: {words(result.won)}"
    return result


def _weigh(result: Judgement) -> None:
    """Lost, and no scene minds."""
    lost = result.lost
    if reason := reason_for(lost):
        result.verdict, result.reason = WEAKER, f"memory ordering: {words(lost)}; not needed: {reason}"
        return
    result.verdict = CANNOT_TELL
    texts = {change.text for change in lost}
    if len(texts) > 1 and all(reason_for([change for change in lost if change.text == text]) for text in texts):
        # Each by itself may go; of two that do the same work both may not.
        result.reason = f"memory ordering: {words(lost)}; not needed one by one, but not looked at together"
    else:
        result.reason = f"memory ordering: {words(lost)}; no scene needs what is lost, but none shows that nobody does"
        result.reason += f"; first: {first_lost(lost)}"


def write(result: Judgement, folder: File) -> None:
    """What a mail can take along: each test that ends otherwise; and all that was found, for the report."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.litmus"):
        old.unlink()
    for rewritten, got in result.changed:
        text = re.sub(r"^C \S+", f"C {rewritten.test.name}+after", rewritten.text, count=1)
        text = text.replace(f" * Result: {rewritten.test.result}\n", f" * Result: {got}\n", 1)
        note = f"(*\n * With the code after the change in it: {got}, was {rewritten.test.result}.\n"
        note += "".join(f" * {edit}\n" for edit in rewritten.edits) + " *)\n"
        head, _, rest = text.partition("\n")
        (folder / f"{rewritten.test.name}+after.litmus").write_text(f"{head}\n\n{note}{rest}")
    (folder / "ordering.json").write_text(json.dumps(table(result), indent=1))


def table(result: Judgement) -> dict:
    """For the report."""
    return {
        "verdict": result.verdict,
        "reason": result.reason,
        "scenes": [
            {"test": r.test.name, "was": r.test.result, "is": got, "edits": r.edits} for r, got in result.changed
        ],
        "matrices": [{"operation": name} | each.example for name, each in result.compared.items() if each.example],
        "changes": [
            {"operation": c.operation, "change": c.text, "lost": c.lost, "won": c.won}
            for same in by_text(result.compared).values()
            for c in same
        ],
    }
