# SPDX-License-Identifier: GPL-2.0
"""A series: each patch against the one before it and against the base, by the cheapest means that suffices.

Nothing of the protocol touched; the same text without comments; the same code, also where every access is
instrumented; then schedules; then states. What is the same code is one version, and versions are built,
explored and booted together.
"""

import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ordering.job import Orderings

from . import CannotTell, blocks, branches, compare, coverage, explorer, guest, objects, predicate, sides, trees
from .judge import DIFFERS, IDENTICAL, UNKNOWN, judge
from .record import Record

EXIT = {IDENTICAL: 0, DIFFERS: 1, UNKNOWN: 2}
UNTOUCHED = "nothing of the protocol touched"


@dataclass
class Verdict:
    """Of one version against another."""

    verdict: str
    means: str  # what said so: "text", "code", "states, schedules"
    reason: str = ""
    result: compare.Result | None = None
    not_examined: list[str] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    ordering: dict = field(default_factory=dict)  # ordering/verdict.py


@dataclass(eq=False)
class Version:
    """A set of the protocol's files that is not, text for text, another's."""

    name: str
    files: dict[str, str]
    tokens: str
    shape: trees.Shape | None = None
    error: str = ""
    code: list = field(default_factory=list)
    like: "Version | None" = None  # an earlier one that is the same code


def never_ran(
    old: Version, new: Version, sources: list[coverage.Source], same_code: bool = False
) -> tuple[list[str], list[str]]:
    """As coverage.never_ran(); but a function that nothing of the protocol calls, yet or any more, is not examined."""
    never, foreign = coverage.never_ran(*sources, (old.files, new.files), same_code)
    rest, uncalled = coverage.called(never, [trees.spaced(version.tokens) for version in (old, new)])
    return rest, foreign + uncalled


@dataclass
class Judged:
    """What ordering/job.py asks of, and says to, a job."""

    name: str
    files: dict[str, str]
    shape: trees.Shape
    verdict: str
    reason: str
    ordering: dict = field(default_factory=dict)

    def cannot_tell(self, reason) -> None:
        self.verdict, self.reason = UNKNOWN, str(reason)


class Runner:
    """Builds, explores and boots what is asked for, once."""

    def __init__(self, out: Path, kernel: sides.Kernel, seed: int, timeout: int, step: Callable[[str, str], None]):
        self.out, self.kernel, self.seed, self.timeout, self.step = out, kernel, seed, timeout, step
        self.versions: dict[str, Version] = {}
        self.records: dict[str, Record] = {}
        self.predicates: dict[str, list[str]] = {}
        self.lines: dict[str, coverage.Lines] = {}
        self.troubles: dict[str, dict[str, str]] = {}  # of some: why there are no states, no schedules
        self.booted = False
        self._linked: set[str] = set()
        self.thorough = False  # states, although schedules differ
        self._cheap: dict[tuple[str, str], Verdict | None] = {}
        self._explored: explorer.Explorer | None = None
        self._verdicts: dict[tuple[str, str], Verdict] = {}
        self._orderings: dict[str, Orderings] = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._explored:
            self._explored.__exit__(*error)

    def version(self, files: dict[str, str], since: dict[str, str] | None = None) -> Version:
        """That of these files; the first one is the kernel's own."""
        tokens = trees.tokens(files)
        key = hashlib.sha256(tokens.encode(errors="surrogateescape")).hexdigest()
        if key not in self.versions:
            # Of one length, so that nothing in an object moves with its name.
            new = Version("v" + key[:5] if self.versions else "before", files, tokens)
            try:
                new.shape = trees.shape(files, since)
            except CannotTell as error:
                new.error = str(error)
            self.versions[key] = new
        return self.versions[key]

    def build(self) -> None:
        """Objects of all versions, and which of them are the same."""
        known = {v.name: v for v in self.versions.values() if not v.error}
        self.step("CC", f"{len(known)} x mm/mmap_lock.c")
        stepped, plain = self.out / "explorer", self.out / "sides"
        for folder in (stepped, plain):
            self._of_this_kernel(folder)
        errors = explorer.compile_sides(
            self.kernel, stepped, {name: (v.files, v.shape) for name, v in known.items()}, again=False
        )
        for name, version in known.items():
            sides.lay_out(plain, name, version.files, version.shape)
        sides.compile_sides(self.kernel, plain, list(known))
        for name, version in known.items():
            parts = [plain / name / f"{part}.o" for part in sides.parts(version.shape)]
            if name in errors or not all(path.is_file() for path in parts):
                why = errors.get(name) or sides.build(self.kernel, plain, [name]).get(name, "the compiler said nothing")
                version.error = f"does not compile: {why}"
                continue
            version.code = [objects.read(path, name) for path in (stepped / f"side_{name}.o", *parts)]
            version.like = next(
                (v for v in known.values() if v is not version and v.code == version.code and not v.like), None
            )
        first = known["before"]
        if first.error:
            raise CannotTell(f"the kernel's own C {first.error}")
        self._refuse_layouts(plain, known)

    def _of_this_kernel(self, folder: Path) -> None:
        """Objects that another kernel's headers are in are of no use, and make does not see it."""
        config = self.kernel.tree / ".config"
        mark = (
            f"{self.kernel.dir} {self.kernel.info['RELEASE']} {config.stat().st_mtime_ns if config.exists() else 0}\n"
        )
        stamp = folder / "kernel"
        if not stamp.is_file() or stamp.read_text() != mark:
            for path in [*folder.glob("**/*.o"), *folder.glob("**/.*.cmd")]:
                path.unlink()
            folder.mkdir(parents=True, exist_ok=True)
            stamp.write_text(mark)

    def _refuse_layouts(self, folder: Path, known: dict[str, Version]) -> None:
        ours = sides.layout(folder, "before")
        for name, version in known.items():
            if version.error or version.like:
                continue
            theirs = sides.layout(folder, name)
            if odd := next((key for key, at in ours.items() if theirs.get(key) != at), None):
                version.error = f"lays out {odd} at {theirs.get(odd)}, the booted kernel at {ours[odd]}: it needs a kernel of its own"

    def one(self, version: Version) -> Version:
        """The version that is run for it."""
        return version.like or version

    def cheap(self, old: Version, new: Version) -> Verdict | None:
        """Without running anything."""
        key = (old.name, new.name)
        if key not in self._cheap:
            self._cheap[key] = self._look(old, new)
        return self._cheap[key]

    def _look(self, old: Version, new: Version) -> Verdict | None:
        if old is new:
            return Verdict(IDENTICAL, "text")
        for version in (new, old):
            if version.error:
                what = "" if version is new else "what it is on top of "
                return Verdict(UNKNOWN, "", f"{what}{version.error}")
        if self.one(old) is not self.one(new):
            odd = trees.laid_out_otherwise(old.files, new.files)
            return Verdict(UNKNOWN, "", odd) if odd else None
        # Code that this configuration does not build is not what was compared.
        folder = self.out / "explorer"
        sources = [coverage.Source(v.files, blocks.compiled(folder, v.name)) for v in (old, new)]
        never, foreign = never_ran(old, new, sources, same_code=True)
        if never:
            return Verdict(UNKNOWN, "", f"the same code, but this configuration does not build {never[0]}")
        return Verdict(IDENTICAL, "code", not_examined=foreign)

    def run(self, pairs: list[tuple[Version, Version]]) -> None:
        """All that these comparisons need and nobody has asked for yet."""
        asked = [(self.one(a).name, self.one(b).name) for a, b in pairs]
        asked = [pair for pair in dict.fromkeys(asked) if pair[0] != pair[1] and pair not in self._verdicts]
        if not asked:
            return
        names = list(dict.fromkeys(["before", *(name for pair in asked for name in pair)]))
        self._explore(names, asked)
        open_pairs = [pair for pair in asked if self.thorough or not self._differs(*pair)]
        wanted = list(dict.fromkeys(["before", *(name for pair in open_pairs for name in pair)]))
        missing = [name for name in wanted if not (name in self.records and self.records[name].cells)]
        if open_pairs and missing:
            self._boot(list(dict.fromkeys(["before", *missing])))
        for name in ("kernel", "rust", *names):
            self.records.setdefault(name, Record(name))
        failed = self._explored.fill(self.records)
        self.lines |= self._explored.lines
        self._trouble("schedules", failed)
        for name in ("before", "rust"):
            if name in failed:
                raise CannotTell(f"side {name} cannot be explored: it {failed[name]}")
        for pair in asked:
            self._verdicts[pair] = self._judge(*pair)

    def _differs(self, one: str, other: str) -> bool:
        try:
            return self._explored.differs(one, other)
        except CannotTell:  # said by fill(); states may differ
            return False

    def _trouble(self, what: str, failed: dict[str, str]) -> None:
        for name, why in failed.items():
            self.troubles.setdefault(name, {})[what] = f"it {why}"

    def _explore(self, names: list[str], pairs: list[tuple[str, str]]) -> None:
        folder = self.out / "explorer"
        new = [name for name in names if name not in self._linked]
        self.step("EXPLORE", f"{len(names)} x C: all orders of up to three threads, and larger scenes")
        explorer.link_all(self.kernel, folder, new, again=not self._linked)
        self._linked.update(new)
        if not self._explored:
            self._explored = explorer.Explorer(folder, self.seed, bool(os.environ.get("FULL")))
        self._explored.start_series(names, pairs)

    def _boot(self, names: list[str]) -> None:
        """Predicates and states of these."""
        folder, by_name = self.out / "sides", {v.name: v for v in self.versions.values()}
        errors = sides.build(self.kernel, folder, names)
        self._trouble("states", {name: f"does not compile: {why}" for name, why in errors.items()})
        names = [name for name in names if name not in errors]
        self.step("EXCLUDE", "the predicate over 2^32 inputs")
        programs = {n: folder / n / "predicate.o" for n in names if by_name[n].shape.predicate}
        programs["rust"] = self.kernel.dir / "modules/tools/diff/module/rust_predicate.o"
        self._predicates(programs)
        records, failed = guest.run(
            self.kernel,
            lambda waiting: sides.collect(self.kernel, folder, waiting, self.out / "modules"),
            names,
            {},
            "",
            self.timeout,
            self.step,
        )
        self.booted = True
        self._trouble("states", failed)
        self.records |= records

    def _predicates(self, programs: dict[str, Path]) -> None:
        """What is the same object answers the same."""
        groups: dict[str, list[str]] = {}
        for name, path in programs.items():
            groups.setdefault(repr(objects.read(path, name)), []).append(name)
        answers = predicate.runs({names[0]: programs[names[0]] for names in groups.values()}, self.out / "predicate")
        for names in groups.values():
            self.predicates |= {name: answers[names[0]] for name in names if names[0] in answers}

    def _judge(self, old: str, new: str) -> Verdict:
        by_name = {v.name: v for v in self.versions.values()}
        before, after = by_name[old], by_name[new]
        troubles = {what: f"what it is on top of: {why}" for what, why in self.troubles.get(old, {}).items()}
        troubles |= self.troubles.get(new, {})
        result = compare.compare(new, self.records, self.predicates, old)
        states = self.records[new].cells and self.records[old].cells
        verdict = Verdict(IDENTICAL, "states, schedules" if states else "schedules", result=result)
        sources = [coverage.Source(v.files, self.lines.get(v.name, coverage.Lines())) for v in (before, after)]
        never, foreign = never_ran(before, after, sources)
        verdict.not_examined += foreign
        traces = sorted(set(after.shape.traces) - set(before.shape.traces))
        if traces or before.files[trees.TRACE] != after.files[trees.TRACE]:
            verdict.not_compared.append(f"trace points ({', '.join(traces)})" if traces else "trace points")
        unseen = {"executed": never}
        if not never and not troubles:
            unseen["taken"] = branches.never_taken(*sources, (before.files, after.files))
        predicates = {old, new} <= self.predicates.keys()
        verdict.verdict, verdict.reason = judge(result, self.records, old, troubles, unseen, predicates)
        if verdict.verdict == IDENTICAL:
            self._judge_orderings(before, after, verdict)
        return verdict

    def _judge_orderings(self, before: Version, after: Version, verdict: Verdict) -> None:
        """What is identical otherwise may be ordered otherwise."""
        if before.name not in self._orderings:
            self._orderings[before.name] = Orderings(self.kernel, self.out, before.files, before.name)
        job = Judged(after.name, after.files, after.shape, verdict.verdict, verdict.reason)
        self._orderings[before.name].judge(job)
        verdict.verdict, _, but = job.verdict.partition(", but ")
        verdict.reason, verdict.ordering = job.reason, job.ordering
        verdict.means += f", {but} orderings" if but else ", orderings"

    def compare(self, old: Version, new: Version) -> Verdict:
        if done := self.cheap(old, new):
            return done
        return self._verdicts[self.one(old).name, self.one(new).name]

    def pre_existing(self) -> str:
        """Where Rust is not as the kernel's own C, in words; of interest once."""
        if not self.booted:
            return ""
        found = compare.compare("rust", self.records, self.predicates).differences
        return f"{len(found)}; first: {found[0].where}, {found[0].state}" if found else ""


def prune(folder: Path, kept: set[str], at_most: int = 60) -> None:
    """Objects of versions that nobody has asked for lately."""
    old = sorted(folder.glob("v?????"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in [path for path in old if path.name not in kept][at_most:]:
        subprocess.run(["rm", "-rf", *map(str, folder.glob(f"*{path.name}*"))], check=False)
