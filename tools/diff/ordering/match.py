# SPDX-License-Identifier: GPL-2.0
"""Which path of one side is which of the other, and which access is which."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from .paths import PLAIN, Path


@dataclass(frozen=True)
class Pair:
    """One path on both sides, as if its accesses had been laid side by side."""

    before: Path
    after: Path

    def partners(self) -> dict[int, int]:
        """Of each access before (by its number) the one after; what was dropped or added is left out."""
        ours, theirs = ([event.value for event in path.accesses] for path in (self.before, self.after))
        if ours == theirs:
            return {number: number for number in range(len(ours))}
        if _shape(self.before) == _shape(self.after):
            return self._in_order()
        return self._deciding(self._partners(ours, theirs), theirs)

    def _in_order(self) -> dict[int, int]:
        """What matters is the same: one by one. Of looks at which nothing depends, those of the same word in between."""
        found = dict(zip(_mattering(self.before), _mattering(self.after), strict=True))
        free = sorted(set(range(len(self.after.accesses))) - set(found.values()))
        for number, event in enumerate(self.before.accesses):
            if number not in found:
                low = max((b for a, b in found.items() if a < number), default=-1)
                high = min((b for a, b in found.items() if a > number), default=len(self.after.accesses))
                same = [b for b in free if low < b < high and self.after.accesses[b].where == event.where]
                if same:
                    found[number] = same[0]
                    free.remove(same[0])
        return found

    def _partners(self, ours: list[tuple], theirs: list[tuple]) -> dict[int, int]:
        found = {}
        for a, b, size in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
            found |= {a + i: b + i for i in range(size)}
        # The same elsewhere: it was moved.
        rest = defaultdict(list)
        for number in sorted(set(range(len(theirs))) - set(found.values())):
            rest[theirs[number]].append(number)
        for number, value in enumerate(ours):
            if number not in found and rest[value]:
                found[number] = rest[value].pop(0)
        return found

    def _deciding(self, found: dict[int, int], theirs: list[tuple]) -> dict[int, int]:
        """Where the same is looked at once more, the look that most depends on is the one that was there."""
        weight = Counter(on for depends in self.after.depends for _, on in depends)
        free = set(range(len(theirs))) - set(found.values())
        for number, other in sorted(found.items(), reverse=True):
            low = max((b for a, b in found.items() if a < number), default=-1)
            high = min((b for a, b in found.items() if a > number), default=len(theirs))
            if self.before.accesses[number].kind == "load" and self.before.accesses[number].order != PLAIN:
                same = [each for each in sorted(free) if low < each < high and theirs[each] == theirs[other]]
                found[number] = max([other, *same], key=lambda each: weight[each])
                free = free - {found[number]} | {other} if found[number] != other else free
        return found


def _mattering(path: Path) -> list[int]:
    """The accesses without looks that nothing depends on."""
    used = {on for depends in path.depends for _, on in depends}
    return [n for n, event in enumerate(path.accesses) if event.kind != "load" or n in used]


def _shape(path: Path) -> tuple:
    """What is done where it matters, whatever the values."""
    every = (path.accesses[number] for number in _mattering(path))
    return (*((event.where, event.failed) for event in every), path.end)


def _seen(path: Path) -> frozenset:
    """Of each word what was found and left there, one after the other; a second look adds nothing."""
    words = defaultdict(list)
    for event in path.accesses:
        for value in (event.before, event.after):
            if words[event.word, event.of][-1:] != [value]:
                words[event.word, event.of].append(value)
    return frozenset((word, tuple(values)) for word, values in words.items())


def _moved(path: Path) -> tuple:
    return frozenset(Counter(path.effects).items()), path.end


# How alike two paths must be, the best first.
KEYS = (
    lambda path: path.values,
    lambda path: (*(path.accesses[number].value for number in _mattering(path)), path.end),
    lambda path: (path.effects, _seen(path)),
    _shape,
    lambda path: path.effects,
    lambda path: (_moved(path), _seen(path)),
    lambda path: _moved(path),
)


def _best(path: Path, candidates: list[Path]) -> Path:
    wanted = Counter(event.value for event in path.accesses)

    def alike(other: Path) -> int:
        return 2 * (wanted & Counter(event.value for event in other.accesses)).total() - len(other.accesses)

    return max(candidates, key=alike) if len(candidates) > 1 else candidates[0]


def _partners(paths: frozenset[Path], others: frozenset[Path]) -> tuple[dict[Path, Path], list[Path]]:
    """Of each path the one of the others, and those that have none."""
    found: dict[Path, Path] = {}
    waiting = sorted(paths, key=str)
    for key in KEYS:
        if not waiting:
            break
        index = defaultdict(list)
        for other in others:
            index[key(other)].append(other)
        rest = []
        for path in waiting:
            if candidates := index.get(key(path)):
                found[path] = _best(path, candidates)
            else:
                rest.append(path)
        waiting = rest
    return found, waiting


def pairs(before: frozenset[Path], after: frozenset[Path]) -> tuple[list[Pair], list[Path], list[Path]]:
    """All that is not the same on both sides: pairs, paths only before, paths only after.

    Of pairs that differ in values alone there is one.
    """
    forth, gone = _partners(before - after, after)
    back, new = _partners(after - before, before)
    both = [Pair(path, other) for path, other in forth.items()] + [Pair(other, path) for path, other in back.items()]
    different = {}
    for pair in both:
        different.setdefault((pair.before.labels, pair.after.labels), pair)
    return list(different.values()), gone, new
