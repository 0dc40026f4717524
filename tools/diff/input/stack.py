# SPDX-License-Identifier: GPL-2.0
"""Patch after patch on the protocol's files, by git apply, in a checkout of nothing else."""

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from host import trees

from . import callers, git, said
from .mails import Patch

PROTOCOL = (*trees.PROTOCOL, trees.TRACE)
# What is tried, and how it is said where it was needed.
WAYS = (
    (("--index",), ""),
    (("--3way",), "merged (3way)"),
    (("--index", "--ignore-whitespace"), "white space ignored"),
    (("--index", "-C2"), "fuzz: 2 lines of context"),
    (("--index", "-C1"), "fuzz: 1 line of context"),
)


class CannotApply(Exception):
    """Says why in one line."""


@dataclass
class Calls:
    """Which locking functions the changed functions of one file call."""

    name: str
    changes: list[callers.Change] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)  # by the hunks' own word
    unknown: str = ""  # why nothing can be said


@dataclass
class Applied:
    protocol: list[str] = field(default_factory=list)  # files of it that the patch touches
    headers: list[str] = field(default_factory=list)  # that it is compiled with
    unseen: str = ""  # why one of them is not as it will be
    others: list[str] = field(default_factory=list)
    calls: list[Calls] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Stack:
    """Files of a kernel, with patches on them. `fetch` has those that are not there yet, as they were in the beginning.

    `more`: headers that are compared with the protocol's files.
    """

    def __init__(
        self, folder: Path, fetch: Callable[[str], str | None], objects: Path | None = None, more: Iterable[str] = ()
    ):
        self.folder, self._fetch = folder, fetch
        self.compared = (*PROTOCOL, *more)
        self._asked: set[str] = set()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._git("init", "--quiet")
        if objects:
            (folder / ".git/objects/info/alternates").write_text(f"{objects}\n")
        self._take(self.compared)

    def _git(self, *arguments: str, given: bytes = b""):
        return git("-c", "core.autocrlf=false", "-c", "gc.auto=0", *arguments, given=given, where=self.folder)

    def _commit(self) -> None:
        done = self._git("commit", "--quiet", "--no-verify", "--allow-empty", "-m", "next")
        if done.returncode:
            raise CannotApply(f"git commit says {said(done)}")

    def _take(self, names: tuple[str, ...] | list[str]) -> None:
        """Have these files."""
        new = [name for name in names if name not in self._asked]
        self._asked.update(new)
        for name in new:
            if (text := self._fetch(name)) is not None:
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).write_bytes(text.encode(errors="surrogateescape"))
        if new:
            self._git("add", "--all", "--force")
            self._commit()

    def text(self, name: str) -> str:
        """Empty: there is no such file."""
        path = self.folder / name
        return path.read_bytes().decode(errors="surrogateescape") if path.is_file() else ""

    def files(self) -> dict[str, str]:
        """What is compared."""
        return {name: self.text(name) for name in self.compared}

    def apply(self, patch: Patch) -> Applied:
        """On top of what is there; raises CannotApply if the protocol's part cannot be."""
        applied = Applied()
        applied.protocol = [file.name for file in patch.files if file.name in PROTOCOL]
        applied.headers = [file.name for file in patch.files if file.name in self.compared[len(PROTOCOL) :]]
        applied.others = [file.name for file in patch.files if file.name not in self.compared]
        for old, new in patch.moves:
            if old in PROTOCOL:
                raise CannotApply(
                    f"{'renames' if new else 'removes'} {old}{f' to {new}' if new else ''}: "
                    f"the protocol is looked for in {', '.join(trees.PROTOCOL)}"
                )
        if applied.protocol:
            applied.notes += self._apply(patch, applied.protocol)
        for name in applied.headers:
            before = self.text(name)
            try:
                self._apply(patch, [name])
            except CannotApply as error:
                applied.unseen = applied.unseen or str(error)
            self._calls(patch, applied, name, before)
        # What else is in them is compared.
        applied.calls = [part for part in applied.calls if any(not change.same or change.broken for change in part.changes)]
        self._callers(patch, applied)
        self._commit()
        return applied

    def _callers(self, patch: Patch, applied: Applied) -> None:
        """Of other files those that lock; where one cannot be had or does not apply, that is no reason to stop."""
        says = callers.LOCKING.search(patch.diff.decode(errors="replace"))
        wanted = [name for name in applied.others if name.endswith((".c", ".h"))]
        for name in wanted:
            before = self.text(name) if name in self._asked else self._fetch(name) or ""
            if not (says or callers.LOCKING.search(before)):
                continue
            self._take([name])
            unknown = "" if before else "not in this kernel's tree"
            try:
                if before:
                    self._apply(patch, [name])
            except CannotApply as error:
                unknown = str(error)
            self._calls(patch, applied, name, before, unknown)

    def _calls(self, patch: Patch, applied: Applied, name: str, before: str, unknown: str = "") -> None:
        """What has become of a file's functions."""
        functions = callers.functions_of_hunks(patch.diff.decode(errors="replace"), name)
        changes = [] if unknown else callers.changes(before, self.text(name))
        applied.calls.append(Calls(name, changes, functions, unknown))

    def _run(self, patch: Patch, names: list[str], *options: str):
        only = [f"--include={name}" for name in names]
        return self._git("apply", f"-p{patch.level}", "--verbose", *options, *only, "-", given=patch.diff)

    def _apply(self, patch: Patch, names: list[str]) -> list[str]:
        """Return what is to be known of how it applied."""
        first = None
        for number, (options, how) in enumerate(WAYS):
            # A hunk that is there already must not be found a second place for.
            if number == 1 and not self._run(patch, names, "--check", "--reverse").returncode:
                raise CannotApply(f"is already applied: {', '.join(names)} has what it changes")
            done = self._run(patch, names, *options)
            if not done.returncode:
                heard = done.stderr.decode(errors="replace")
                offsets = re.findall(r"^Hunk #(\d+) succeeded at (\d+) \((offset -?\d+ lines?)\)", heard, re.MULTILINE)
                notes = [f"hunk {hunk} at line {line}, {offset}" for hunk, line, offset in offsets]
                # Where it falls back to the plain way, nothing was merged.
                if how and not (options[0] == "--3way" and "direct application" in heard):
                    notes.insert(0, f"{', '.join(names)}: {how}")
                return notes
            first = first or done
            self._git("reset", "--quiet", "--hard")
        raise CannotApply(self._why(patch, first.stderr.decode(errors="replace")))

    def _why(self, patch: Patch, heard: str) -> str:
        failed = re.search(r"^error: patch failed: (.*):(\d+)$", heard, re.MULTILINE)
        if not failed:
            complaint = re.search(r"^error: (.*)$", heard, re.MULTILINE)
            return f"does not apply: {complaint[1] if complaint else 'git apply says nothing'}"
        name, line = failed[1], int(failed[2])
        said_first = f"does not apply: {name}, hunk at line {line}"
        wanted = _preimage(patch.diff.decode(errors="surrogateescape"), name, line)
        if not wanted:
            return said_first
        at, alike, odd = _nearest(self.text(name).splitlines(), wanted)
        text = f"{said_first}; nearest is line {at}, {alike} of {len(wanted)} lines alike"
        return text + (f", not {' '.join(odd.split())!r}" if odd else "")


def _preimage(diff: str, name: str, line: int) -> list[str]:
    """The lines that a hunk wants to find."""
    part = next(
        (p for p in re.split(r"^(?=diff --git |--- )", diff, flags=re.MULTILINE) if f"{name}\n" in p and "@@" in p), ""
    )
    hunk = re.search(rf"^@@ -{line}(?:,(\d+))? \+.*\n((?:[ +\-\\].*\n|\n)*)", part, re.MULTILINE)
    if not hunk:
        return []
    lines = [text[1:] for text in hunk[2].splitlines() if text[:1] in (" ", "-", "")]
    return lines[: int(hunk[1] or 1)]


def _nearest(lines: list[str], wanted: list[str]) -> tuple[int, int, str]:
    """The line where most of what is wanted is, how many, and the first that is not there."""
    bare, looked_for = [line.strip() for line in lines], [line.strip() for line in wanted]
    best, at = -1, 0
    for start in range(max(1, len(bare) - len(looked_for) + 1)):
        # Blank lines and braces are alike everywhere.
        alike = sum(a == b and len(a) > 1 for a, b in zip(looked_for, bare[start:], strict=False))
        if alike > best:
            best, at = alike, start
    found = bare[at : at + len(looked_for)]
    same = sum(a == b for a, b in zip(looked_for, found, strict=False))
    odd = next((w for w in looked_for if w and w not in found), "")
    return at + 1, same, odd
