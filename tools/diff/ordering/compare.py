# SPDX-License-Identifier: GPL-2.0
"""What one side orders and the other does not, path by path."""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .match import Pair, pairs
from .model import NAMES, Half, Model, Relations
from .paths import ADDRESS, PLAIN, RELAXED, Lines, Path, path


@dataclass
class Change:
    """One difference in an operation's code, and which relations it costs or adds there."""

    operation: str
    text: str
    lost: dict[str, int] = field(default_factory=dict)  # what is no more ordered -> on how many paths
    won: dict[str, int] = field(default_factory=dict)


@dataclass
class Compared:
    """An operation on two sides."""

    operation: str
    pairs: list[Pair] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unmatched: list[Path] = field(default_factory=list)  # on one side only, in values too
    example: dict = field(default_factory=dict)  # the shortest path that loses something, or wins: for the report

    @property
    def lost(self) -> list[Change]:
        return [change for change in self.changes if change.lost]

    @property
    def won(self) -> list[Change]:
        return [change for change in self.changes if change.won]


def protected(of: Path) -> list[bool]:
    """Of each access whether it is inside RCU, as far as the operation knows."""
    depth, depths = 0, []
    for event in of.events:
        if event.kind == "rcu":
            depth += 1 if event.what == "rcu_read_lock" else -1
        elif event.access:
            depths.append(depth)
    least = min([depth, *depths, 0])
    return [depth > least for depth in depths]


def _name(of: Path, half: Half) -> str:
    number, kind = half
    kinds = {"R": "load", "W": "store"}
    if number == -1:
        return f"the caller's earlier {kinds[kind]}s"
    if number == len(of.accesses):
        return f"the caller's later {kinds[kind]}s"
    event = of.accesses[number]
    return f"{kinds[kind]} of {event.word.split('.')[-1]}"


def _code_changes(pair: Pair, partners: dict[int, int]) -> list[str]:
    """In words what is written otherwise."""
    ours, theirs = pair.before.accesses, pair.after.accesses
    changes = []
    last = None
    for number, event in enumerate(ours):
        if number not in partners:
            changes.append(f"no {event.name}")
            continue
        other = theirs[partners[number]]
        if last is not None and partners[number] < last:
            changes.append(f"{event.name} is elsewhere")
        last = partners[number]
        # Another name for the same is no change.
        if (event.order, event.returns_nothing) != (other.order, other.returns_nothing):
            changes.append(f"{event.name}: {other.what}")
    for number in set(range(len(theirs))) - set(partners.values()):
        changes.append(f"also {theirs[number].name}")
    there = partners
    partners = {-1: -1, **partners, len(ours): len(theirs)}
    known = sorted(partners)
    before, after = pair.before.gaps, pair.after.gaps
    for left, right in itertools.pairwise(known):
        if partners[left] >= partners[right]:
            continue
        had = Counter(f for gap in before[left + 1 : right + 1] for f in gap)
        has = Counter(f for gap in after[partners[left] + 1 : partners[right] + 1] for f in gap)
        place = (
            f"after {ours[left].name}" if left >= 0 else f"before {ours[right].name}" if right < len(ours) else "there"
        )
        changes += [f"no {fence} {place}" for fence in (had - has).elements()]
        changes += [f"{fence} {place}" for fence in (has - had).elements()]
    ends = [(_who(pair.before, number), _who(pair.before, on)) for number, on in no_more(pair, there)]
    return changes + [f"{name} does not depend on {on}" for name, on in ends]


def _dependencies(of: Path, number: int) -> set[tuple[str, int]]:
    """Those of an access, or of the caller, that the model asks for: of control and data such that lead to a store."""
    event = of.accesses[number] if number < len(of.accesses) else None
    stores = not event or (event.kind != "load" and event.order != PLAIN and not event.failed)
    return {
        (ADDRESS if how == ADDRESS else "", on)
        for how, on in of.depends[number]
        if (how == ADDRESS or stores) and of.accesses[on].order != PLAIN
    }


def no_more(pair: Pair, partners: dict[int, int]) -> list[tuple[int, int]]:
    """Which access does not depend any more on which one before it. The caller comes last."""
    found = []
    for number, other in (*partners.items(), (len(pair.before.accesses), len(pair.after.accesses))):
        now = {on for _, on in _dependencies(pair.after, other)}
        before = sorted({on for _, on in _dependencies(pair.before, number)})
        found += [(number, on) for on in before if on in partners and partners[on] not in now]
    return found


def _who(of: Path, number: int) -> str:
    return of.accesses[number].name if number < len(of.accesses) else "what the caller does"


def _partner(half: Half, partners: dict[int, int], ours: int, theirs: int) -> Half | None:
    number, kind = half
    if number == -1:
        return half
    if number == ours:
        return theirs, kind
    return (partners[number], kind) if number in partners else None


def _losses(pair: Pair, partners: dict[int, int], before: Relations, after: Relations) -> tuple[list[str], list[str]]:
    """Relations lost and won, in words."""
    lost, won = [], []
    ours, theirs = pair.before.accesses, pair.after.accesses
    sizes = len(ours), len(theirs)
    inverse = {b: a for a, b in partners.items()}
    for (left, right), strength in before.items():
        here = _partner(left, partners, *sizes), _partner(right, partners, *sizes)
        if None in here:
            continue
        now = after.get(here, 0)
        if now < strength:
            lost.append(
                f"{_name(pair.before, left)} -> {_name(pair.before, right)}: {NAMES[strength]}, now {NAMES[now]}"
            )
    for (left, right), strength in after.items():
        there = _partner(left, inverse, *sizes[::-1]), _partner(right, inverse, *sizes[::-1])
        if None not in there and before.get(there, 0) < strength:
            was = NAMES[before.get(there, 0)]
            won.append(f"{_name(pair.after, left)} -> {_name(pair.after, right)}: {NAMES[strength]}, was {was}")
    rcu = protected(pair.before), protected(pair.after)
    for a, b in partners.items():
        name = f"{ours[a].kind} of {ours[a].word.split('.')[-1]}"
        for plain, marked, found in ((theirs[b], ours[a], lost), (ours[a], theirs[b], won)):
            if plain.order == PLAIN and marked.order != PLAIN:
                found.append(f"{name}: {'plain, was marked' if found is lost else 'marked, was plain'}")
        if rcu[0][a] and not rcu[1][b]:
            lost.append(f"{name}: outside RCU, was inside")
        # Two of the same word.
        for c, d in partners.items():
            if a < c and b > d and ours[a].where[1:] == ours[c].where[1:] and ours[c].kind != "load":
                lost.append(f"{name} -> {ours[c].kind} of {ours[c].word.split('.')[-1]}: now the other way round")
    # Which look decides is as much as what it orders: another one may find something else.
    for number, on in no_more(pair, partners):
        lost.append(f"{_who(pair.before, on)} -> {_who(pair.before, number)}: depended, does not now")
    # What only one side does can order nothing on the other one.
    for number, event in enumerate(ours):
        if number not in partners and event.order != PLAIN:
            lost.append(f"{event.kind} of {event.word.split('.')[-1]}: not there any more")
    return lost, won


def _only_marks(pair: Pair, partners: dict[int, int]) -> bool:
    """Are plain accesses marked and loads without order added or plain ones left out, and that is all?

    Then herd7 need not be asked: the model's relations among the rest do not look at these.
    """
    ours, theirs = pair.before.accesses, pair.after.accesses
    pairs_ = sorted(partners.items())
    if any(right[1] < left[1] for left, right in itertools.pairwise(pairs_)):
        return False
    same = all(
        ours[a].what == theirs[b].what
        or (ours[a].kind != "rmw" and ours[a].order in (PLAIN, RELAXED) and theirs[b].order == RELAXED)
        for a, b in pairs_
    )
    dropped = all(ours[a].kind == "load" and ours[a].order == PLAIN for a in set(range(len(ours))) - set(partners))
    added = all(
        theirs[b].kind == "load" and theirs[b].order in (PLAIN, RELAXED)
        for b in set(range(len(theirs))) - set(partners.values())
    )
    if not (same and dropped and added and _same_dependencies(pair, partners)):
        return False
    return _skeleton(pair.before, set(partners)) == _skeleton(pair.after, set(partners.values()))


def _same_dependencies(pair: Pair, partners: dict[int, int]) -> bool:
    """Do those that both sides have depend on the same of these?"""
    inverse = {b: a for a, b in partners.items()}
    ours, theirs = pair.before.accesses, pair.after.accesses
    for number, other in (*partners.items(), (len(ours), len(theirs))):
        before = {(how, on) for how, on in _dependencies(pair.before, number) if on in partners}
        after = {(how, inverse[on]) for how, on in _dependencies(pair.after, other) if on in inverse}
        # What has been plain led to nothing in the model.
        if before != {(how, on) for how, on in after if ours[on].order != PLAIN}:
            return False
    return True


def _skeleton(of: Path, known: set[int]) -> list[str]:
    """The fences and marks among those of its accesses that the other side has too."""
    number, found = -1, []
    for event in of.events:
        number += event.access
        if not event.access or number in known:
            found.append("access" if event.access else event.what)
    return found


def matrix(pair: Pair, partners: dict[int, int], before: Relations, after: Relations) -> dict:
    """Which access is ordered before which, and how, before and after."""
    size = len(pair.before.accesses), len(pair.after.accesses)
    partners = {-1: -1, **partners, size[0]: size[1]}
    numbers = sorted(partners)

    def strength(relations: Relations, left: int, right: int) -> str:
        found = [relations.get(((left, a), (right, b)), 0) for a in "RW" for b in "RW"]
        return NAMES[max(found)] if max(found) else ""

    def name(number: int) -> str:
        if number in (-1, size[0]):
            return "the caller, before" if number < 0 else "the caller, after"
        labels = pair.before.accesses[number].label, pair.after.accesses[partners[number]].label
        return labels[0] if labels[0] == labels[1] else " -> ".join(labels)

    cells = [
        [
            (strength(before, left, right), strength(after, partners[left], partners[right]))
            if left < right
            else ("", "")
            for right in numbers
        ]
        for left in numbers
    ]
    return {"accesses": [name(number) for number in numbers], "cells": cells}


def _note(changes: dict[str, Change], name: str, texts: frozenset[str], lost: list[str], won: list[str]) -> None:
    """On a path all that is lost is put down to all that is written otherwise there."""
    for text in sorted(texts):
        if text == "otherwise" and not lost and not won:
            continue
        change = changes.setdefault(text, Change(name, text))
        for found, where in ((lost, change.lost), (won, change.won)):
            for relation in dict.fromkeys(found):
                where[relation] = where.get(relation, 0) + 1


def operation(name: str, before: frozenset[Path], after: frozenset[Path], model: Model) -> Compared:
    result = Compared(name)
    if before == after:
        return result
    result.pairs, gone, new = pairs(before, after)
    result.unmatched = [*gone, *new]
    changes: dict[str, Change] = {}
    groups: dict[frozenset[str], list[tuple[Pair, dict[int, int]]]] = defaultdict(list)
    for pair in result.pairs:
        partners = pair.partners()
        texts = frozenset(_code_changes(pair, partners)) or frozenset(["otherwise"])
        if _only_marks(pair, partners):
            _note(changes, name, texts, *_losses(pair, partners, {}, {}))
        else:
            groups[texts].append((pair, partners))
    for texts, members in groups.items():
        members.sort(key=lambda member: len(member[0].before.accesses))
        # The shortest path first: where that loses something, so do the others.
        for some in (members[:1], members[1:]):
            relations = model.many(list({each for pair, _ in some for each in (pair.before, pair.after)}))
            found = [_losses(pair, p, relations[pair.before], relations[pair.after]) for pair, p in some]
            for (pair, partners), (lost, won) in zip(some, found, strict=True):
                _note(changes, name, texts, lost, won)
                if (lost and not result.example.get("lost")) or (won and not result.example):
                    known = relations[pair.before], relations[pair.after]
                    result.example = matrix(pair, partners, *known) | {"lost": bool(lost)}
            if any(lost for lost, _ in found):
                break
    result.changes = list(changes.values())
    return result


def sides(before: Lines, after: Lines, model: Model) -> dict[str, Compared]:
    """All operations that both sides have."""
    found = {}
    for name, lines in before.items():
        if not after.get(name):
            continue
        found[name] = Compared(name)
        if lines != after[name]:
            ours, theirs = (frozenset(map(path, each)) for each in (lines, after[name]))
            found[name] = operation(name, ours, theirs, model)
    return found


def by_text(compared: dict[str, Compared]) -> dict[str, list[Change]]:
    """The same change of several operations is one change of the code that they share."""
    found = defaultdict(list)
    for each in compared.values():
        for change in each.changes:
            found[change.text].append(change)
    return dict(found)
