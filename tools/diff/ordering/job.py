# SPDX-License-Identifier: GPL-2.0
"""Memory ordering as a part of make diff: what tools/diff/run calls."""

import json
import os
import re
import shutil
from collections import Counter
from functools import cached_property
from pathlib import Path as File

from host import CannotTell, blocks, coverage, trees
from host.explorer import key_of_run
from host.sides import TOP
from host.store import Store

from . import paths, verdict
from .model import Model
from .scenes import Scenes

# What orders, and has no hook in the explorer.
UNSEEN = re.compile(r"\b(?:asm|__asm__|__smp_\w+|(?:arch|raw)_(?:sync_)?(?:atomic|atomic64|cmpxchg|xchg|try_cmpxchg)\w*)\b")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def unseen(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What of that a change brings."""
    found = []
    for name in before.keys() & after.keys():
        had, has = (Counter(UNSEEN.findall(COMMENT.sub("", files[name]))) for files in (before, after))
        found += [f"{word} in {name}" for word in has - had]
    return sorted(found)


class Orderings:
    """The paths of all sides that were built for the explorer, and what is to be said of them."""

    def __init__(self, kernel, out: File, before: dict[str, str], name: str = "before"):
        self.kernel, self.out, self.files, self.name = kernel, out, before, name
        self.folder = out / "explorer"
        self._kept = Store(self.folder / "paths", at_most=200)
        self.ran: dict[str, coverage.Lines] = {}  # of each C side: what its paths run through

    @cached_property
    def model(self) -> Model:
        herd7 = File(os.environ.get("O") or TOP / "build").absolute() / "herd7/herd7"
        return Model(herd7, self.kernel.source / "tools/memory-model", self.out / "ordering/herd7")

    def extract(self, program: str, side: str) -> paths.Lines:
        """From the cache if this very program has told them."""
        file, key = self.folder / f"explorer_{program}", key_of_run(self.folder, program, f"{side} paths")
        if (kept := self._kept.get(key)) is None:
            counts = self.folder / f"counts_{side}-paths"
            shutil.rmtree(counts, ignore_errors=True)
            lines, ran = paths.extract(file, side, {"GCOV_PREFIX": str(counts)}), {}
            if side == program:
                digits = json.loads(paths.report_of(file, side).read_text())["blocks"]
                ran = blocks.of_side(self.folder, side, counts, digits).as_dict()
            kept = f"{json.dumps(ran)}\n{lines}"
            self._kept.put(key, kept)
        ran, _, lines = kept.partition("\n")
        if side == program:
            self.ran[side] = coverage.Lines()
            self.ran[side].add(json.loads(ran))
        return paths.parse(lines)

    @cached_property
    def before(self) -> paths.Lines:
        return self.extract(self.name, self.name)

    @cached_property
    def scenes(self) -> Scenes:
        scenes = Scenes(self.before, self.model)
        if wrong := next(scenes.disagreements(), None):
            raise CannotTell(f"memory ordering: a litmus test is not what the C does: {wrong}")
        return scenes

    def judge(self, job) -> None:
        """A verdict of "identical" is one on ordering too: changes it if it cannot be."""
        try:
            self._judge(job)
        except CannotTell as error:
            job.cannot_tell(error)

    def _judge(self, job) -> None:
        rust = job.name == "rust"
        after = self.extract("before", "rust") if rust else self.extract(job.name, job.name)
        if rust and (wrong := next(Scenes(after, self.model).disagreements(), None)):
            raise CannotTell(f"memory ordering: a litmus test is not what Rust does: {wrong}")
        result = verdict.judge(self.before, after, self.scenes, self.model)
        verdict.write(result, self.out / "ordering" / job.name)
        job.ordering = verdict.table(result)
        if not rust and result.verdict in (verdict.SAME, verdict.STRICTER, verdict.WEAKER):
            self._all_seen(job)
        if rust and result.verdict in (verdict.SAME, verdict.STRICTER):
            job.reason += "; Rust orders all that C orders"
        elif result.verdict == verdict.CANNOT_TELL:
            job.cannot_tell(result.reason)
        elif result.verdict == verdict.SAME:
            job.reason += ", and in memory ordering"
        elif result.verdict == verdict.DIFFERS:
            job.verdict, job.reason = result.verdict, f"{result.reason}; {self.out}/ordering/{job.name}/*.litmus"
        else:
            job.verdict, job.reason = result.verdict, f"{job.reason}; {result.reason}"

    def _all_seen(self, job) -> None:
        """Of what a change touches all that the explorer ran must be on some path, and be told of."""
        if strange := unseen(self.files, job.files):
            raise CannotTell(f"no difference found, but of memory ordering {strange[0]} is not seen")
        base, source = (
            coverage.Source(files, self.ran[side], traces)
            for files, side, traces in ((self.files, self.name, ()), (job.files, job.name, job.shape.traces))
        )
        never, _ = coverage.never_ran(base, source, (self.files, job.files))
        never, _ = coverage.called(never, [trees.spaced(trees.tokens(files)) for files in (self.files, job.files)])
        if never:
            raise CannotTell(f"no difference found, but of memory ordering no path was looked at through {never[0]}")
