# SPDX-License-Identifier: GPL-2.0
"""The hand-written litmus tests: do they show the code, and what becomes of them with other code?"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as File

from host import CannotTell
from host.sides import TOP

from .compare import Compared
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
TAB = "\t"
AT_LEAST = {PLAIN: 0, RELAXED: 1, ACQUIRE: 2, RELEASE: 2, FULL: 3}


@dataclass
class Claim:
    """One test, and which operations its threads are."""

    test: Test
    operations: list[list[list[str]]]  # of each thread: one after the other; of each, which ones it may be
    words: list[dict[str, str]]  # of each thread
    fits: dict[tuple, list["Embedding"]] = field(default_factory=dict)  # that have been looked for


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


@cache
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


def function(operation: str) -> str:
    """Of one of which a claim means some paths only: which it is."""
    return operation.partition("-")[0]


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


Fences = list[tuple[int, str]]  # of which operation, which one


def _between(paths: tuple[Path, ...], left: tuple[int, int] | None, right: tuple[int, int] | None) -> Fences:
    """The fences between two accesses of paths that follow each other."""
    fences = []
    for operation, each in enumerate(paths):
        before = each.gaps
        first = 0 if left is None or operation > left[0] else left[1] + 1 if operation == left[0] else len(before)
        last = len(before) if right is None or operation < right[0] else right[1] + 1 if operation == right[0] else 0
        for gap in before[first:last]:
            fences += [(operation, name) for name in gap]
    return fences


@dataclass(frozen=True)
class Tie:
    """What a statement does depends on a load before it, by a condition of the test."""

    condition: int  # its line
    load: tuple[int, int]  # (operation, access of its path)
    target: tuple[int, int] | None  # None: what the caller does

    def holds(self, paths: tuple[Path, ...]) -> bool:
        operation, load = self.load
        same = self.target and self.target[0] == operation
        return load in {on for _, on in paths[operation].depends[self.target[1] if same else -1]}


def _ties(test: Test, way: list[Statement], statement: Statement, at: dict) -> list[Tie]:
    """Of a store, as the model asks for; loads that are plain, and the caller's own, tie nothing."""
    if statement.kind == "load" or statement.order == PLAIN:
        return []
    return [
        Tie(condition, at[load], at.get(statement))
        for condition in statement.inside
        if test.decides(condition, statement)
        for load in test.looks(way, statement, condition)
        if load in at and load.order != PLAIN
    ]


def _place(
    test: Test, way: list[Statement], names: tuple[str, ...], words: dict, paths: tuple[Path, ...], strict: bool
) -> Embedding | None:
    """The first fit of a way over these paths."""
    flat = [(o, n, e) for o, each in enumerate(paths) for n, e in enumerate(each.accesses)]
    mine = [s for s in way if s.kind == "fence" or s.place in words]

    def has(wanted: list[str], fences: Fences) -> bool:
        return not Counter(wanted) - Counter(name for _, name in fences)

    def decided(statements: list[Statement], at: dict) -> bool:
        """Is what they do decided by what the test says?"""
        ties = [tie for each in statements for tie in _ties(test, way, each, at)]
        return all(tie.holds(paths) for tie in ties)

    def search(index: int, start: int, last: tuple[int, int] | None, wanted: list[str], at: dict) -> dict | None:
        if index == len(mine):
            callers = [each for each in way if each.kind != "fence" and each not in at]
            fine = not strict or (has(wanted, _between(paths, last, None)) and decided(callers, at))
            return at if fine else None
        statement = mine[index]
        if statement.kind == "fence":
            return search(index + 1, start, last, [*wanted, statement.name], at)
        for i in range(start, len(flat)):
            operation, number, event = flat[i]
            if not fits(event, statement, words[statement.place]) or (strict and not enough(event, statement)):
                continue
            here = operation, number
            if strict and not (
                has(wanted, _between(paths, last, here)) and decided([statement], {**at, statement: here})
            ):
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


@cache
def _kinds(lines: frozenset[str]) -> list[Path]:
    """Of paths that differ in values alone one."""
    found: dict[tuple, Path] = {}
    for line in sorted(lines):
        found.setdefault((each := path(line)).labels, each)
    return list(found.values())


def _meant(operation: str, kinds: list[Path]) -> list[Path]:
    """NAME-WORD: those that do not touch that word."""
    word = operation.partition("-")[2]
    return [each for each in kinds if all(event.word.split(".")[-1] != word for event in each.accesses)]


def embed(
    test: Test,
    way: list[Statement],
    operations: tuple[str, ...],
    words: dict,
    kinds: dict[str, list[Path]],
    strict: bool = True,
) -> list:
    """All tightest fits of a way over paths of these operations."""
    found = []
    for paths in itertools.product(*(kinds[name] for name in operations)):
        if one := _place(test, way, operations, words, paths, strict):
            found.append(one)
    least = min((one.spare for one in found), default=0)
    return [one for one in found if one.spare == least]


class Scenes:
    """All claims, over the code that they claim to show."""

    def __init__(self, code: Lines, model: Model):
        self.claims, self.model = claims(), model
        names = {name for claim in self.claims for thread in claim.operations for names in thread for name in names}
        if missing := {function(name) for name in names} - set(code):
            raise CannotTell(f"memory ordering: no paths of {min(missing)}")
        self.code = code
        self.kinds = {name: _meant(name, _kinds(code[function(name)])) for name in names}

    def fits_of(self, claim: Claim, thread: Thread, number: int, operations: tuple[str, ...]) -> list[Embedding]:
        # Of one operation changed all others fit as they did.
        key = thread.number, number, operations, *(self.code[function(name)] for name in operations)
        if key not in claim.fits:
            claim.fits[key] = embed(claim.test, thread.ways[number], operations, claim.words[thread.number], self.kinds)
        return claim.fits[key]

    def disagreements(self) -> Iterator[str]:
        """Lines of tests that are not what the code does."""
        yield from (f"{name}: not in {CLAIMS.name}" for name in unclaimed())
        for claim in self.claims:
            for thread in claim.test.threads:
                for operations in itertools.product(*claim.operations[thread.number]):
                    for number, way in enumerate(thread.ways):
                        if not self.fits_of(claim, thread, number, operations):
                            yield self._why_not(claim, thread, way, operations)

    def _why_not(self, claim: Claim, thread: Thread, way: list[Statement], operations: tuple[str, ...]) -> str:
        """The first line with which there is no fit any more."""
        words, name = claim.words[thread.number], claim.test.name
        for upto in range(1, len(way) + 1):
            if not embed(claim.test, way[:upto], operations, words, self.kinds):
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
            edits = Edits()
            for thread in claim.test.threads:
                for operations in itertools.product(*claim.operations[thread.number]):
                    for number in range(len(thread.ways)):
                        for one in self.fits_of(claim, thread, number, operations):
                            self._edit(claim.test, one, partners, edits)
            if edits.any():
                found.append(edits.apply(claim.test))
        return found

    @staticmethod
    def _edit(test: Test, one: Embedding, partners: dict, edits: "Edits") -> None:
        choices = [
            partners.get((function(name), each.labels), [Pair(each, each)])
            for name, each in zip(one.operations, one.paths, strict=True)
        ]
        for pairs in itertools.product(*choices):
            edits.add(test, one, pairs, [pair.partners() for pair in pairs])

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


class Edits:
    """What becomes of the lines of a test. Of several paths that one line stands for the weakest counts."""

    def __init__(self):
        self.orders: dict[Statement, str] = {}
        self.gone: set[Statement] = set()  # fences, and stores
        self.new: dict[Statement, set[str]] = {}  # fences, before it
        self.swapped: list[tuple[Statement, Statement]] = []
        self.freed: dict[Statement, set[int]] = {}  # of conditions that it does not depend on any more

    def any(self) -> bool:
        changed = any(order != statement.order for statement, order in self.orders.items())
        return changed or bool(self.gone) or bool(self.swapped) or any(self.new.values()) or bool(self.freed)

    def add(self, test: Test, one: Embedding, pairs: tuple[Pair, ...], there: list[dict[int, int]]) -> None:
        for statement, (operation, number) in one.at.items():
            self._order(statement, pairs[operation], number, there[operation].get(number))
        self._ties(test, one, pairs, there)
        marks = sorted(one.at.items(), key=lambda item: item[1])
        known = [(statement, at) for statement, at in marks if at[1] in there[at[0]]]
        for (left, a), (right, b) in itertools.pairwise(known):
            if a[0] == b[0] and there[a[0]][a[1]] > there[b[0]][b[1]]:
                self.swapped.append((left, right))
        before, after = (tuple(getattr(pair, side) for pair in pairs) for side in ("before", "after"))
        for left, right in itertools.pairwise([None, *known, None]):
            ends = [end and end[1] for end in (left, right)]
            had = _between(before, *ends)
            now = _between(after, *(end and (end[0], there[end[0]][end[1]]) for end in ends))
            self._fences(one, left and left[0], right and right[0], had, now)

    def _ties(self, test: Test, one: Embedding, pairs: tuple[Pair, ...], there: list[dict[int, int]]) -> None:
        for statement in one.way:
            for tie in _ties(test, one.way, statement, one.at) if statement.kind != "fence" else ():
                ends = [end and (end[0], there[end[0]].get(end[1])) for end in (tie.load, tie.target)]
                if any(end and end[1] is None for end in ends):
                    continue
                if not Tie(tie.condition, *ends).holds(tuple(pair.after for pair in pairs)):
                    self.freed.setdefault(statement, set()).add(tie.condition)

    def _order(self, statement: Statement, pair: Pair, number: int, partner: int | None) -> None:
        if partner is None and not statement.register and statement.kind != "load" and _gone(pair, number):
            self.gone.add(statement)
        was = order_of(pair.before.accesses[number])
        now = was if partner is None else order_of(pair.after.accesses[partner])
        # An exchange that is plain now is two accesses: they have no partner.
        order = statement.order if now == was else now
        known = self.orders.get(statement, order)
        if AT_LEAST[known] == AT_LEAST[order] and known != order:
            order = RELAXED
        self.orders[statement] = min(known, order, key=lambda each: AT_LEAST[each])

    def _fences(
        self, one: Embedding, left: Statement | None, right: Statement | None, had: Fences, now: Fences
    ) -> None:
        for name in FENCES:
            here = [
                statement
                for statement in one.way
                if statement.name == name
                and (not left or left.line < statement.line)
                and (not right or statement.line < right.line)
            ]
            rest, gone = Counter(each for each in now if each[1] == name), []
            every = [each for each in had if each[1] == name]
            for number, each in enumerate(every):
                if rest[each]:
                    rest[each] -= 1
                else:
                    gone.append(number)
            # Which one it is can be told where the test has all of them.
            self.gone |= {here[n] for n in gone} if len(here) == len(every) else set(here[: len(gone)])
        if right:
            new = {name for _, name in (Counter(now) - Counter(had)) if name in FENCES}
            self.new[right] = self.new[right] & new if right in self.new else new

    def apply(self, test: Test) -> Rewritten:
        lines, texts = list(test.lines), {}
        for statement, order in self.orders.items():
            if order != statement.order:
                texts[statement.line] = statement.ordered(order)
        for left, right in self.swapped:
            texts[left.line], texts[right.line] = right.ordered(right.order), left.ordered(left.order)
        texts |= {statement.line: "" for statement in self.gone}
        said = []
        for number, text in sorted(texts.items()):
            was = lines[number].split("//")[0].strip()
            indent = re.match(r"\s*", lines[number])[0]
            said.append(f"{was} -> {text or 'nothing'}")
            lines[number] = f"{indent}{text}{TAB if text else ''}// was: {was}"
        for statement, conditions in self.freed.items():
            said += _free(test, lines, statement, conditions)
        for statement, fences in self.new.items():
            indent = re.match(r"\s*", test.lines[statement.line])[0]
            said += [
                f"{fence}(); before {test.lines[statement.line].split('//')[0].strip()}" for fence in sorted(fences)
            ]
            lines[statement.line] = "".join(f"{indent}{f}();\n" for f in sorted(fences)) + lines[statement.line]
        return Rewritten(test, "\n".join(lines) + "\n", said)


def _gone(pair: Pair, number: int) -> bool:
    """Is what was done to a word not done in any other way?"""
    mine, theirs = pair.before.accesses, pair.after.accesses
    had, has = (sum(e.where[1:] == mine[number].where[1:] for e in each) for each in (mine, theirs))
    return has < had


def _free(test: Test, lines: list[str], statement: Statement, conditions: set[int]) -> list[str]:
    """Takes a statement out of conditions: the blocks around it end before it, and begin again behind it."""
    around = statement.inside[min(statement.inside.index(condition) for condition in conditions) :]
    texts = {line: test.lines[line].split("//")[0].strip() for line in around}
    if any(test.otherwise(line, statement.line) for line in around):
        return []  # in an else: not said, so nobody minds
    blocks = [line for line in around if texts[line].endswith("{")]
    kept = [line for line in around if line not in conditions]
    for line in set(around) - set(blocks):
        lines[line] = ""
    # herd7 takes no empty blocks.
    some = [f"{register} = {register};" for register in re.findall(r"\br\d+\b", texts[around[0]])[:1]]
    head = some + ["}"] * len(blocks) + [texts[line].rstrip(" {") + " {" for line in kept]
    tail = ["}"] * len(kept) + [texts[line] for line in blocks] + some
    lines[statement.line] = "\n".join([*head, lines[statement.line], *tail])
    return [
        f"{test.lines[statement.line].split('//')[0].strip()} whatever {texts[line]}" for line in sorted(conditions)
    ]
