# SPDX-License-Identifier: GPL-2.0
"""The hand-written litmus tests: do they show the code, and what becomes of them with other code?"""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path as File

from host import CannotTell
from host.sides import TOP

from .compare import Compared, gaps
from .match import Pair
from .model import Model
from .paths import ACQUIRE, FULL, PLAIN, RELAXED, RELEASE, TRUSTED, Event, Lines, Path, path
from .test import FENCES, Statement, Test, Thread, observed

LITMUS = TOP / "tools/model/litmus"
CLAIMS = File(__file__).with_name("claims")
# What tests call words that the code has other names for.
WORDS = {"refcnt": "vm_refcnt", "task": "vma_writer_wait", "state": "__state"} | {
    name: name for name in ("vm_lock_seq", "mm_lock_seq", "vm_mm", "mm_count")
}
# Its store is plain, between kcsan_nestable_atomic_begin() and end(): KCSAN is told that it is atomic.
ATOMIC_THOUGH_PLAIN = ("mm_lock_seq",)
AT_LEAST = {PLAIN: 0, RELAXED: 1, ACQUIRE: 2, RELEASE: 2, FULL: 3}


@dataclass
class Claim:
    """One test, and which operations its threads are."""

    test: Test
    operations: list[list[list[str]]]  # of each thread: one after the other; of each, which ones it may be
    words: list[dict[str, str]]  # of each thread


@dataclass
class Embedding:
    """A way through a thread of a test, laid over a path of each of its operations."""

    way: list[Statement]
    operations: tuple[str, ...]
    paths: tuple[Path, ...]
    at: dict[Statement, tuple[int, int]]  # access -> (operation, access of its path)
    spare: int = 0  # accesses to the test's words that the test leaves out


@dataclass
class Rewritten:
    """A test with the code of another side in it."""

    test: Test
    text: str
    edits: list[str] = field(default_factory=list)


def claims() -> list[Claim]:
    found = []
    lines = [line for line in CLAIMS.read_text().splitlines() if not line.startswith("#")]
    for line in re.split(r"\n(?=\S)", "\n".join(lines).strip()):
        name, *fields = (part.strip() for part in line.split("|"))
        test = Test(LITMUS / f"{name}.litmus")
        threads = fields[: len(test.threads)]
        words = [dict(WORDS) for _ in threads]
        for item in " ".join(fields[len(threads) :]).split():
            thread, _, pair = item.rpartition(":")
            mine, _, theirs = pair.partition("=")
            for number in [int(thread)] if thread else range(len(threads)):
                words[number].pop(mine, None)
                if theirs != "-":
                    words[number][mine] = theirs
        found.append(Claim(test, [[each.split("/") for each in part.split()] for part in threads], words))
    return found


def unclaimed() -> list[str]:
    """Tests that no line speaks of. Broken twins are not the code, and say so."""
    known = {claim.test.name for claim in claims()}
    return sorted(f.stem for f in LITMUS.glob("*.litmus") if "+broken-" not in f.stem and f.stem not in known)


def order_of(event: Event) -> str:
    word = event.word.split(".")[-1]
    return RELAXED if event.order == PLAIN and event.kind == "store" and word in ATOMIC_THOUGH_PLAIN else event.order


def enough(event: Event, statement: Statement) -> bool:
    """Is the code ordered at least as the test has it?"""
    order = order_of(event)
    if order == statement.order or order == FULL or statement.order == PLAIN:
        return True
    return statement.order == RELAXED and order != PLAIN


def fits(event: Event, statement: Statement, word: str) -> bool:
    if event.word.split(".")[-1] != word:
        return False
    if statement.kind == event.kind:
        return True
    # A function that the kernel is trusted with; what stands for any change of a condition.
    looks = statement.kind == "load" and event.what in TRUSTED
    return looks or (statement.kind == "store" and event.kind == "rmw" and statement.place not in WORDS)


def _between(paths: tuple[Path, ...], left: tuple[int, int] | None, right: tuple[int, int] | None) -> list[str]:
    """The fences between two accesses of paths that follow each other."""
    fences = []
    for operation, each in enumerate(paths):
        before = gaps(each)
        first = 0 if left is None or operation > left[0] else left[1] + 1 if operation == left[0] else len(before)
        last = len(before) if right is None or operation < right[0] else right[1] + 1 if operation == right[0] else 0
        for gap in before[first:last]:
            fences += gap
    return fences


def _place(
    way: list[Statement], names: tuple[str, ...], words: dict, paths: tuple[Path, ...], strict: bool
) -> Embedding | None:
    """The first fit of a way over these paths."""
    flat = [(o, n, e) for o, each in enumerate(paths) for n, e in enumerate(each.accesses)]
    mine = [s for s in way if s.kind == "fence" or s.place in words]

    def search(index: int, start: int, last: tuple[int, int] | None, wanted: list[str], at: dict) -> dict | None:
        if index == len(mine):
            return at if not strict or not Counter(wanted) - Counter(_between(paths, last, None)) else None
        statement = mine[index]
        if statement.kind == "fence":
            return search(index + 1, start, last, [*wanted, statement.name], at)
        for i in range(start, len(flat)):
            operation, number, event = flat[i]
            if not fits(event, statement, words[statement.place]) or (strict and not enough(event, statement)):
                continue
            here = operation, number
            if strict and Counter(wanted) - Counter(_between(paths, last, here)):
                continue
            if found := search(index + 1, i + 1, here, [], {**at, statement: here}):
                return found
        return None

    at = search(0, 0, None, [], {})
    if at is None:
        return None
    used = {words[s.place] for s in at}
    spare = sum(event.word.split(".")[-1] in used for _, _, event in flat) - len(at)
    return Embedding(way, names, paths, at, spare)


def _kinds(lines: frozenset[str]) -> list[Path]:
    """Of paths that differ in values alone one."""
    found: dict[tuple, Path] = {}
    for line in sorted(lines):
        found.setdefault((each := path(line)).labels, each)
    return list(found.values())


def embed(
    way: list[Statement], operations: tuple[str, ...], words: dict, kinds: dict[str, list[Path]], strict=True
) -> list:
    """All tightest fits of a way over paths of these operations."""
    found = []
    for paths in itertools.product(*(kinds[name] for name in operations)):
        if one := _place(way, operations, words, paths, strict):
            found.append(one)
    least = min((one.spare for one in found), default=0)
    return [one for one in found if one.spare == least]


class Scenes:
    """All claims, over the code that they claim to show."""

    def __init__(self, code: Lines, model: Model):
        self.claims, self.model = claims(), model
        names = {name for claim in self.claims for thread in claim.operations for names in thread for name in names}
        if missing := names - set(code):
            raise CannotTell(f"memory ordering: no paths of {min(missing)}")
        self.kinds = {name: _kinds(code[name]) for name in names}
        self._fits: dict[tuple, list[Embedding]] = {}

    def fits_of(self, claim: Claim, thread: Thread, number: int, operations: tuple[str, ...]) -> list[Embedding]:
        key = claim.test.name, thread.number, number, operations
        if key not in self._fits:
            self._fits[key] = embed(thread.ways[number], operations, claim.words[thread.number], self.kinds)
        return self._fits[key]

    def disagreements(self) -> list[str]:
        """Lines of tests that are not what the code does."""
        found = [f"{name}: not in {CLAIMS.name}" for name in unclaimed()]
        for claim in self.claims:
            for thread in claim.test.threads:
                for operations in itertools.product(*claim.operations[thread.number]):
                    for number, way in enumerate(thread.ways):
                        if not self.fits_of(claim, thread, number, operations):
                            found.append(self._why_not(claim, thread, way, operations))
        return list(dict.fromkeys(found))

    def _why_not(self, claim: Claim, thread: Thread, way: list[Statement], operations: tuple[str, ...]) -> str:
        """The first line with which there is no fit any more."""
        words, name = claim.words[thread.number], claim.test.name
        for upto in range(1, len(way) + 1):
            if not embed(way[:upto], operations, words, self.kinds):
                at = way[upto - 1].line
                line = claim.test.lines[at].split("//")[0].strip()
                return f"{name}.litmus:{at + 1}: {line} -- not what {' and '.join(operations)} does"
        return f"{name}.litmus: P{thread.number} is not what {' and '.join(operations)} does"

    def rewrite(self, compared: dict[str, Compared]) -> list[Rewritten]:
        """The tests that are others with the code after in them."""
        partners = {}
        for name, each in compared.items():
            for pair in each.pairs:
                partners.setdefault((name, pair.before.labels), []).append(pair)
        found = []
        for claim in self.claims:
            edits: dict[int, tuple[int, str]] = {}  # line -> how weak, text
            extra: dict[int, set[str]] = {}
            for thread in claim.test.threads:
                for operations in itertools.product(*claim.operations[thread.number]):
                    for number in range(len(thread.ways)):
                        for one in self.fits_of(claim, thread, number, operations):
                            self._edit(one, partners, edits, extra)
            if edits:
                found.append(_apply(claim.test, edits, extra))
        return found

    @staticmethod
    def _edit(one: Embedding, partners: dict, edits: dict, extra: dict) -> None:
        choices = [
            partners.get((name, each.labels), [Pair(each, each)])
            for name, each in zip(one.operations, one.paths, strict=True)
        ]
        for pairs in itertools.product(*choices):
            before, after = (tuple(getattr(pair, side) for pair in pairs) for side in ("before", "after"))
            if before == after:
                continue
            there = [pair.partners() for pair in pairs]
            _edit_places(one, there, edits)
            _edit_accesses(one, before, after, there, edits)
            _edit_fences(one, before, after, there, edits, extra)

    def changed(self, compared: dict[str, Compared]) -> list[tuple[Rewritten, str]]:
        """Tests that end otherwise with the code after in them, and how."""
        found = []
        for rewritten in self.rewrite(compared):
            got = observed(self.model.run(rewritten.text, "-optace", "true"))
            if worse(rewritten.test.result, got):
                found.append((rewritten, got))
        return found


def worse(was: str, now: str) -> bool:
    """What could not happen can, or there is a data race. A test of what is not promised may well become a Never."""
    return (was == "Never" and now != was) or ("DATARACE" in now and "DATARACE" not in was)


def _edit_accesses(one: Embedding, before: tuple, after: tuple, there: list[dict], edits: dict) -> None:
    for statement, (operation, number) in one.at.items():
        was = before[operation].accesses[number]
        partner = there[operation].get(number)
        if partner is None:
            continue
        now = order_of(after[operation].accesses[partner])
        if now == order_of(was) or enough(after[operation].accesses[partner], statement):
            continue
        if now != PLAIN or statement.kind != "rmw":
            _keep_weaker(edits, statement.line, AT_LEAST[now], statement.ordered(now))


def _edit_places(one: Embedding, there: list[dict], edits: dict) -> None:
    """Two that have changed places, one right after the other in the test."""
    marks = sorted(one.at.items(), key=lambda item: item[1])
    for (left, a), (right, b) in itertools.pairwise(marks):
        if a[0] != b[0] or a[1] not in there[a[0]] or b[1] not in there[b[0]]:
            continue
        if there[a[0]][a[1]] > there[b[0]][b[1]]:
            _keep_weaker(edits, left.line, 0, right.ordered(right.order))
            _keep_weaker(edits, right.line, 0, left.ordered(left.order))


def _keep_weaker(edits: dict, line: int, strength: int, text: str) -> None:
    if line not in edits or edits[line][0] > strength:
        edits[line] = strength, text


def _edit_fences(one: Embedding, before: tuple, after: tuple, there: list[dict], edits: dict, extra: dict) -> None:
    """Between two accesses of the test: the fences that the code has there no more, or has now."""
    marks = sorted(one.at.items(), key=lambda item: item[1])
    known = [(s, at) for s, at in marks if at[1] in there[at[0]]]
    ends = [None, *known, None]
    for left, right in itertools.pairwise(ends):
        had = Counter(_between(before, left and left[1], right and right[1]))
        now = Counter(
            _between(
                after,
                left and (left[1][0], there[left[1][0]][left[1][1]]),
                right and (right[1][0], there[right[1][0]][right[1][1]]),
            )
        )
        first = left[0].line if left else -1
        last = right[0].line if right else 1 << 30
        gone = had - now
        for statement in one.way:
            if statement.kind == "fence" and first < statement.line < last and gone[statement.name]:
                gone[statement.name] -= 1
                _keep_weaker(edits, statement.line, 0, "")
        for name in (now - had).elements():
            if name in FENCES and right:
                extra.setdefault(right[0].line, set()).add(f"{name}();")


def _apply(test: Test, edits: dict[int, tuple[int, str]], extra: dict[int, set[str]]) -> Rewritten:
    lines, said = list(test.lines), []
    for number, (_, text) in edits.items():
        was = lines[number]
        indent = re.match(r"\s*", was)[0]
        said.append(f"{was.split('//')[0].strip()} -> {text or 'nothing'}")
        lines[number] = f"{indent}{text}{'	' if text else ''}// was: {was.split('//')[0].strip()}"
    for number, fences in extra.items():
        indent = re.match(r"\s*", test.lines[number])[0]
        lines[number] = "".join(f"{indent}{fence}\n" for fence in sorted(fences)) + lines[number]
    text = "\n".join(lines) + "\n"
    return Rewritten(test, text, said)
