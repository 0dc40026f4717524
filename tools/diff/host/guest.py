# SPDX-License-Identifier: GPL-2.0
"""Run the sides in the guest, in as many boots as it takes.

A side that hangs or crashes takes its boot with it, and no more: what the sides before it wrote down is
there, and those after it are run in another boot. It is run once more itself, as the first of a boot, if
another patch ran before it: whose doing it is must not be in doubt.

What sides came to in a boot in which nothing happened is kept (kept.py): only those that are new are run, and
without any there is no boot.
"""

from collections.abc import Callable
from pathlib import Path

from . import CannotTell, compare
from .boot import Attempt, boot
from .kept import Kept
from .record import CELL, Record, cell_key, parse
from .sides import Kernel

# All others are compared with these.
BASE = ("kernel", "rust", "before")


def _place(attempt: Attempt) -> str:
    """Where it was, in words."""
    if match := CELL.match(attempt.last):
        key = cell_key(match)
        where = f"{compare.operation_name(key[0])}, {compare.state_name(key)}"
        return f" in {where}" if match[7] is None else f" after {where}"
    return ""


def _trouble(attempt: Attempt) -> tuple[str, str] | None:
    """The side that something has happened to, and what."""
    side, splat = attempt.splats[0] if attempt.splats else ("", "")
    if attempt.trouble or attempt.stalled or attempt.running:
        what, _, detail = attempt.trouble.partition("; ")
        what = what or ("hangs" if attempt.stalled else "ends the guest")
        details = [text for text in (detail, attempt.stalled, splat) if text]
        if not attempt.trouble and not attempt.stalled and not splat:
            details.append(attempt.ended)
        return attempt.running, what + _place(attempt) + "".join(f"; {text}" for text in details)
    return (side, f"makes the kernel complain; {splat}") if splat else None


class Sides:
    """Those that are still to be run, and what came of the others."""

    def __init__(self, names: list[str]):
        self.waiting = list(names)  # "before" first
        self.records: dict[str, Record] = {}
        self.texts: dict[str, str] = {}  # what those wrote that may be kept
        self.failed: dict[str, str] = {}
        self._warned: set[str] = set()  # once more, and then it is believed

    @property
    def done(self) -> bool:
        return not self.waiting and {"kernel", "rust"} <= self.records.keys()

    def take(self, attempt: Attempt) -> None:
        trouble = _trouble(attempt)
        clean = not (trouble or attempt.damaged or attempt.ended)
        patches = 0
        for name, text in attempt.texts.items():
            # Of a report that comes before any side, nobody knows what it has done.
            if trouble and trouble[0] in (name, ""):
                break
            self.records[name] = parse(name, text)
            if clean or name in BASE:
                self.texts[name] = text
            patches += name not in BASE
        self.waiting = [name for name in self.waiting if name not in self.records]
        if trouble:
            self._blame(*trouble, certain=not patches)
        for name in attempt.damaged:
            self._blame(name, "wrote something down that did not arrive whole, twice")
        if not trouble and not attempt.damaged and not self.done:
            self._blame("", attempt.ended or "the guest did not run all sides")

    def _blame(self, name: str, reason: str, certain: bool = False) -> None:
        """It is run once more, unless it is `certain` that it was a patch's own doing, no other having run."""
        is_patch = name in self.waiting and name not in BASE
        if name in self._warned or (certain and is_patch):
            if not is_patch:
                raise CannotTell(f"the run failed: {f'side {name} ' if name else ''}{reason}")
            self.failed[name] = reason
            self.waiting.remove(name)
            return
        self._warned.add(name)
        if is_patch:
            self.waiting.remove(name)
            self.waiting.insert(BASE[-1] in self.waiting, name)


def agree(records: dict[str, Record]) -> bool:
    """The kernel's binary, its C and Rust. Where they do not, all of that boot is worth another look, each time."""
    of_c = compare.cross_check(records["before"], records["kernel"])
    return not of_c and not compare.cells(records["before"], records["rust"], records["rust"], records["kernel"])


def run(
    kernel: Kernel,
    collect: Callable[[list[str]], Path],
    names: list[str],
    parameters: dict[str, int | str],
    damage: str,
    timeout: int,
    step: Callable[[str, str], None],
) -> tuple[dict[str, Record], dict[str, str]]:
    """What each side did; and why there is nothing of some. `collect` makes a folder of modules."""
    sides = Sides(names)
    modules = collect(names)
    kept = Kept(modules.with_name("kept"), kernel, modules)
    # Tests of the boot itself.
    tried = bool(damage or parameters)
    known = {} if tried else kept.load((*BASE, *names[1:]))
    if not set(BASE) <= known.keys():
        known = {name: record for name, record in known.items() if name not in BASE}
    sides.records |= known
    sides.waiting = [name for name in names if name not in known]
    if known:
        base = "the kernel's binary, Rust and its C" if BASE[0] in known else ""
        patched = len(known.keys() - set(BASE))
        both = ", ".join(text for text in (base, f"{patched} x C with patches" if patched else "") if text)
        step("KEPT", f"states of {both} (AGAIN=1: anew)")
    if not sides.done:
        base = "" if BASE[0] in known else "its binary, Rust, "
        step("QEMU", f"{kernel.info['RELEASE']}: {base}{len(sides.waiting)} x C")
    while not sides.done:
        modules = collect(sides.waiting)
        given = dict(parameters)
        if damage and not sides.records:
            given["damage"] = damage
        if {"kernel", "rust"} <= sides.records.keys():
            given["again"] = 1
        sides.take(boot(kernel, modules, modules.with_name("results"), given, timeout))
    if sides.texts and not tried and agree(sides.records):
        kept.keep(sides.texts)
    if not sides.records[BASE[-1]].watchpoints:
        step("", "not watched: the VMA used after its count was dropped (no watchpoint that traps after an access);")
        step("", "schedules see that")
    return {name: sides.records[name] for name in (*BASE, *names[1:]) if name in sides.records}, sides.failed
