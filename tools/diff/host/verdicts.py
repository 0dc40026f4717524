# SPDX-License-Identifier: GPL-2.0
"""tools/diff/run --series: what tools/diff/series has read, compared and told."""

import contextlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from . import CannotTell, series_report, sides, story, trees
from . import report as terminal
from .series import DIFFERS, EXIT, IDENTICAL, UNKNOWN, UNTOUCHED, Runner, Verdict, Version, prune


@dataclass(eq=False)
class Patch:
    """One of the series, with what came of it."""

    read: dict
    before: Version | None = None
    after: Version | None = None
    verdict: Verdict | None = None
    base: Verdict | None = None  # against the base of the series, where that says more


def _short(error: str) -> Verdict:
    return Verdict(UNKNOWN, "", error)


class Series:
    def __init__(self, read: dict, runner: Runner, kernel_files: dict[str, str]):
        self.read, self.runner = read, runner
        self.patches = [Patch(one) for one in read["patches"]]
        kernel_files = kernel_files | {
            name: (runner.kernel.source / name).read_text(errors="surrogateescape") for name in read["base"]["headers"]
        }
        runner.version(kernel_files)
        files = kernel_files | read["base"]["files"]
        self.base = runner.version(files, kernel_files)
        now = self.base
        for patch in self.patches:
            one = patch.read
            patch.before = now
            if one["error"]:
                patch.verdict = _short(one["error"])
            elif not one["files"]:
                patch.verdict = Verdict(IDENTICAL, "", UNTOUCHED)
            else:
                files = files | one["files"]
                now = runner.version(files, kernel_files)
                if now is patch.before:
                    patch.verdict = Verdict(IDENTICAL, "text")
            patch.after = now
        self.last = now
        self.first_that_differs: Patch | None = None

    @property
    def waiting(self) -> list[Patch]:
        return [patch for patch in self.patches if not patch.verdict]

    def compare(self) -> None:
        """Each patch against the one before it; and against the base, where the two differ."""
        if not self.waiting:
            return
        self.runner.build()
        if self.base.error:
            raise CannotTell(f"the base {self.base.error}")
        if self.read["bisect"]:
            self._bisect()
            return
        steps = [patch for patch in self.waiting if not self.runner.cheap(patch.before, patch.after)]
        pairs = [(patch.before, patch.after) for patch in steps]
        # Once something has changed, what comes after may take it back.
        changed = self.patches.index(steps[0]) if steps else len(self.patches)
        later = [patch for patch in self.patches[changed:] if patch in self.waiting]
        whole = [(self.base, p.after) for p in later if not p.after.error and not self.runner.cheap(self.base, p.after)]
        self.runner.run(pairs + whole)
        for patch in self.waiting:
            patch.base = self._against(self.base, patch.after)
            patch.verdict = self._against(patch.before, patch.after)
            patch.verdict.not_examined += [name for name in patch.read["touched"] if name in trees.SHARED]

    def _against(self, old: Version, new: Version) -> Verdict:
        if verdict := self.runner.cheap(old, new):
            return verdict
        try:
            return self.runner.compare(old, new)
        except KeyError:
            return _short("was not compared")

    def _bisect(self) -> None:
        """The first patch after which the protocol is not what it was in the base."""
        touched = self.waiting
        if broken := next((patch for patch in touched if patch.after.error), None):
            broken.verdict = _short(broken.after.error)
            touched = touched[: touched.index(broken)]

        def same(patch: Patch) -> bool:
            if not self.runner.cheap(self.base, patch.after):
                self.runner.run([(self.base, patch.after)])
            patch.base = self._against(self.base, patch.after)
            return patch.base.verdict == IDENTICAL

        low, high = 0, len(touched)
        if touched and not same(touched[-1]):
            high -= 1
            while low < high:
                middle = (low + high) // 2
                low, high = (middle + 1, high) if same(touched[middle]) else (low, middle)
        for number, patch in enumerate(touched):
            if number < high or high == len(touched):
                patch.verdict = Verdict(IDENTICAL, "against the base, by halves")
            elif number == high:
                if not self.runner.cheap(patch.before, patch.after):
                    self.runner.run([(patch.before, patch.after)])
                patch.verdict = self._against(patch.before, patch.after)
                self.first_that_differs = patch
            else:
                patch.verdict = Verdict(UNKNOWN, "", "comes after the first that differs")

    def overall(self) -> tuple[str, str]:
        """The verdict of the whole, and its reason."""
        if self.read["bisect"] and self.first_that_differs:
            patch = self.first_that_differs
            return patch.verdict.verdict, f"from patch {story.label(patch.read).strip()} on: {patch.verdict.reason}"
        count = len(self.patches)
        kinds = {kind: [p for p in self.patches if p.verdict.verdict == kind] for kind in (UNKNOWN, DIFFERS, IDENTICAL)}
        untouched = sum(patch.verdict.reason == UNTOUCHED for patch in self.patches)
        calling = sum(bool(story.callers_in_short(patch.read["calls"])) for patch in self.patches)
        if count == 1:
            only = self.patches[0].verdict
            more = "; callers lock in another order, which is not judged" if calling else ""
            return only.verdict, (only.reason or f"by {only.means}") + more
        kind = next(kind for kind in (UNKNOWN, DIFFERS, IDENTICAL) if kinds[kind])
        parts = [f"{len(kinds[k])} {k}" for k in (DIFFERS, UNKNOWN) if kinds[k]]
        same = len(kinds[IDENTICAL]) - untouched
        parts += [f"{same} identical"] if same else []
        parts += [f"{untouched} touch nothing of the protocol"] if untouched else []
        parts += [f"{calling} with callers that lock in another order, which is not judged"] if calling else []
        if kinds[DIFFERS] and self.last and not kinds[UNKNOWN]:
            touched = [patch for patch in self.patches if patch.base]
            if touched and touched[-1].base.verdict == IDENTICAL:
                parts.append("as a whole identical to the base")
        return kind, f"{count} patches: {', '.join(parts)}"


def compare(args, kernel: sides.Kernel, step) -> int:
    """The command. Return its exit code."""
    if not args.check:
        try:
            return tell(args, kernel, step)
        except CannotTell as error:
            print(f"verdict: {UNKNOWN} \u2014 {error}", flush=True)
            return EXIT[UNKNOWN]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        code = tell(args, kernel, step)
    for patch in json.loads((args.out / "report.json").read_text())["patches"]:
        if patch["verdict"] != IDENTICAL:
            kind = "ERROR: " if patch["verdict"] == DIFFERS else ""
            first = f"; {patch['reason']}" if patch["verdict"] == DIFFERS else ""
            print(f"{kind}{story.said(patch['verdict'], patch['means'], patch['reason'])}{first}")
        for text in patch["callers"]:
            print(text)
    return code


def tell(args, kernel: sides.Kernel, step) -> int:
    """On standard output, and in the report."""
    began = time.monotonic() - args.began
    read = json.loads(Path(args.series).read_text())
    kernel_files = trees.read_tree(kernel.source)
    for note in read["notes"]:
        step("NOTE", note)
    with Runner(args.out, kernel, args.seed, args.timeout, step) as runner:
        series = Series(read, runner, kernel_files)
        # Who asks for one patch wants to see all of it.
        alone = len(series.patches) == 1
        runner.thorough = alone and not args.check and not os.environ.get("FIRST")
        try:
            series.compare()
        except CannotTell as error:
            series.read["notes"].append(str(error))
            for patch in series.waiting:
                patch.verdict = _short(str(error))
        names = {version.name for version in runner.versions.values()}
        for folder in ("sides", "explorer"):
            prune(args.out / folder, names)
        report = series_report.collect(series, kernel, args.seed, runner)
        for patch in series.patches:
            print(story.line(patch), flush=True)
        if alone and series.patches[0].verdict.result:
            job = SimpleNamespace(name="after", what=series.patches[0].read["subject"])
            job.result = series.patches[0].verdict.result
            terminal.table(job)
            terminal.schedules_tried(job)
        for line in story.details(report, rows=0 if alone else 3):
            print(line)
        verdict, reason = series.overall()
        report["verdict"], report["reason"] = verdict, reason
        report["seconds"] = round(time.monotonic() - began, 1)
        series_report.write(args.out, report)
        if alone and series.patches[0].verdict.result:
            series_report.write_matrix(args.out, series, runner, report)
        if args.cell and alone:
            series_report.cell(series.patches[0], runner.records, args.cell)
        if args.mail:
            text = story.mail(report)
            if args.mail == "-":
                print(f"\n{text}")
            else:
                Path(args.mail).write_text(text)
                step("MAIL", str(args.mail))
    print(f"  {report['seconds']:.0f} s; report: {args.out}/report.html, report.json")
    print(f"verdict: {verdict} — {reason}", flush=True)
    return EXIT[verdict]
