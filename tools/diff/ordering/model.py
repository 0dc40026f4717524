# SPDX-License-Identifier: GPL-2.0
"""What the kernel's memory model says of the accesses of one path: herd7 decides, nobody here.

A path is made a litmus test of one thread, which herd7 runs and prints the relations of. All that
the model has to say on what one thread does is in the marks of its accesses and in these relations,
so two paths with the same are the same for whatever other threads there are. What the caller
does before and after, a load and a store each, is added at both ends.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path as File

from host import CannotTell

from .paths import ACQUIRE, ADDRESS, DATA, FULL, PLAIN, RELAXED, RELEASE, Event, Path

# linux-kernel.cat's relations inside a thread; what dependencies come to is in the last three.
RELATIONS = ("mb", "po-rel", "acq-po", "wmb", "rmb", "gp", "barrier", "po-unlock-lock-po", "rmw", "addr", "to-r", "to-w")
# In the model each is a part of what the next one is a part of, wherever it stands there:
# `barrier` keeps the compiler away; acq-po and rmb are `fence`, so ppo, as are to-r and to-w, and so is rmw, which
# is in fr; wmb is that and in cumul-fence; po-rel is A-cumulative there; mb is all that, and in pb.
STRENGTH = {
    "barrier": 1,
    "acq-po": 2,
    "rmb": 2,
    "rmw": 2,
    "addr": 2,
    "to-r": 2,
    "to-w": 2,
    "wmb": 3,
    "po-rel": 4,
    "po-unlock-lock-po": 4,
    "mb": 5,
    "gp": 5,
}
ORDER, WRITTEN, FULLY = 2, 3, 5
NAMES = {0: "nothing", 1: "barrier()", 2: "order", 3: "write barrier", 4: "release", 5: "full barrier"}

FENCES = {
    "smp_mb": "smp_mb()", "mb": "smp_mb()", "smp_rmb": "smp_rmb()", "rmb": "smp_rmb()", "smp_wmb": "smp_wmb()",
    "wmb": "smp_wmb()", "smp_mb__before_atomic": "smp_mb__before_atomic()",
    "smp_mb__after_atomic": "smp_mb__after_atomic()", "smp_mb__after_spinlock": "smp_mb__after_spinlock()",
    # As include/asm-generic/barrier.h defines it.
    "smp_acquire__after_ctrl_dep": "smp_rmb()", "barrier": "barrier()",
}  # fmt: skip
SUFFIX = {FULL: "", ACQUIRE: "_acquire", RELEASE: "_release", RELAXED: "_relaxed"}

# An access, or a half of one: number (from 0; the caller's are -1 and "end"), R or W.
Half = tuple[int, str]
Relations = dict[tuple[Half, Half], int]


def load(register: str, order: str, place: str) -> str:
    if order == PLAIN:
        return f"{register} = *{place};"
    return f"{register} = {'smp_load_acquire' if order == ACQUIRE else 'READ_ONCE'}({place});".replace(
        "READ_ONCE(", "READ_ONCE(*"
    )


def store(order: str, place: str, value: str) -> str:
    if order == PLAIN:
        return f"*{place} = {value};"
    name = {RELEASE: "smp_store_release({})", FULL: "smp_store_mb(*{})"}.get(order, "WRITE_ONCE(*{})")
    return name.format(f"{place}, {value}") + ";"


def statement(event: Event, number: int, place: str, value: str) -> str:
    register = f"r{number}"
    if event.kind == "load" or event.failed:
        return load(register, event.order, place)
    if event.kind == "store":
        return store(event.order, place, value)
    if event.returns_nothing and event.order == RELAXED:
        return f"atomic_add({value}, {place});"
    return f"{register} = atomic_xchg{SUFFIX[event.order]}({place}, {value});"


def depending(path: Path, number: int) -> str:
    """An access with what it depends on. All that is read is 0.

    What a store depends on by control is in its value: the model has both in rwdep and nowhere else, and of
    conditions herd7 would have to try each both ways.
    """
    address = [f"r{n}" for how, n in path.depends[number] if how == ADDRESS]
    value = [str(number + 1), *dict.fromkeys(f"r{n}" for how, n in path.depends[number] if how != ADDRESS)]
    place = f"({' + '.join([f'x{number}', *address])})" if address else f"x{number}"
    return statement(path.accesses[number], number, place, " + ".join(value))


def addresses(path: Path) -> list[tuple[int, int]]:
    """Which access has its address from which marked one before it."""
    every = [(on, number) for number, depends in enumerate(path.depends[:-1]) for how, on in depends if how == ADDRESS]
    return [(on, number) for on, number in every if path.accesses[on].order != PLAIN]


def litmus(path: Path) -> str:
    """One thread. Each access has a word of its own: none of the relations asks which, and herd7 need not try orders."""
    body = ["q0 = READ_ONCE(*before_r);", "WRITE_ONCE(*before_w, 1);"]
    number, depth, least = 0, 0, 0
    for event in path.events:
        if event.kind == "rcu":
            depth += 1 if event.what == "rcu_read_lock" else -1
            least = min(least, depth)
            body.append(f"{event.what}();")
        elif not event.access:
            if event.what not in FENCES:
                raise CannotTell(f"memory ordering: {event.what}() is not modelled")
            body.append(f"{FENCES[event.what]};")
        else:
            body.append(depending(path, number))
            number += 1
    value = " + ".join(["1", *(f"r{on}" for _, on in path.depends[-1])])
    body = ["rcu_read_lock();"] * -least + body + ["q1 = READ_ONCE(*after_r);", f"WRITE_ONCE(*after_w, {value});"]
    body += ["rcu_read_unlock();"] * (depth - least)
    names = [*(f"x{i}" for i in range(number)), "before_r", "before_w", "after_r", "after_w"]
    registers = "".join(f"\tint r{i};\n" for i in range(number)) + "\tint q0;\n\tint q1;\n"
    lines = "".join(f"\t{line}\n" for line in body)
    return (
        f"C path\n\n{{}}\n\nP0({', '.join(f'int *{n}' for n in names)})\n{{\n{registers}\n{lines}}}\n\nexists (true)\n"
    )


class Model:
    """herd7 with the tree's own model; what it said is kept."""

    def __init__(self, herd7: File, model: File, folder: File):
        self.command = [str(herd7.resolve()), "-conf", "linux-kernel.cfg"]
        self.model, self.folder = model.resolve(), folder.absolute()
        if not (self.model / "linux-kernel.cat").is_file():
            raise CannotTell(f"memory ordering: no linux-kernel.cat in {model}")
        cats = b"".join((self.model / f"linux-kernel.{part}").read_bytes() for part in ("cat", "bell", "def", "cfg"))
        self.seed = hashlib.sha256(cats).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, text: str, *options: str, dot: bool = False) -> str:
        """What herd7 prints on a test; with `dot` the picture of its executions."""
        key = hashlib.sha256(f"{self.seed} {options} {dot} {text}".encode()).hexdigest()[:24]
        kept = self.folder / f"{key}.out"
        if kept.is_file():
            return kept.read_text()
        if not File(self.command[0]).is_file():
            raise CannotTell("memory ordering: herd7 is not there; get it: scripts/setup/herd7")
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            test = File(scratch) / "path.litmus"
            test.write_text(text)
            command = [*self.command, *options, *(["-o", scratch] if dot else []), str(test)]
            try:
                done = subprocess.run(command, cwd=self.model, capture_output=True, text=True, timeout=120, check=False)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise CannotTell(f"memory ordering: herd7: {error}") from None
            if done.returncode or done.stderr or "Observation" not in done.stdout:
                raise CannotTell(f"memory ordering: herd7 said: {(done.stderr.strip() or 'nothing')[-200:]}")
            said = test.with_suffix(".dot").read_text() if dot else done.stdout
            new = File(scratch) / "said"
            new.write_text(said)
            new.rename(kept)
        return said

    def relations(self, path: Path) -> Relations:
        """Which halves of its accesses are ordered, and how strongly.

        Where an access goes to must be known, or herd7 would try all places. So of address dependencies it is asked
        one by one: what the model says of them is said of the two accesses alone.
        """
        found = self._said(Path(tuple(replace(e, on=e.on.replace(ADDRESS, DATA)) for e in path.events), "", path.on))
        for ends in addresses(path):
            both = [replace(path.accesses[number], on="") for number in ends]
            two = Path((both[0], replace(both[1], on=f"{ADDRESS}0")), "")
            for (left, right), strength in self._said(two).items():
                if (left[0], right[0]) == (0, 1):
                    pair = (ends[0], left[1]), (ends[1], right[1])
                    found[pair] = max(found.get(pair, 0), strength)
        _close(path, _halves(path), found)
        return {pair: strength for pair, strength in found.items() if _counts(path, *pair, strength)}

    def _said(self, path: Path) -> Relations:
        """Relations as herd7 prints them."""
        text = litmus(path)
        options = ["-through", "all", "-show", "all", "-doshow", ",".join(RELATIONS), "-showraw", ",".join(RELATIONS)]
        dot = self.run(text, *options, dot=True)
        labels = re.findall(r'^eiid(\d+) \[label="[^:"]*: (R|W)', dot, re.MULTILINE)
        halves = _halves(path)
        if [kind for _, kind in labels] != [kind for _, kind in halves]:
            raise CannotTell("memory ordering: herd7 has other accesses than the path that it was given")
        named = dict(zip((number for number, _ in labels), halves, strict=True))
        found: Relations = {}
        for target, source, names in re.findall(
            r'^eiid(\d+) -> eiid(\d+) \[label="([^"]*)"[^\n]*dir="back"', dot, re.MULTILINE
        ):
            self._note(path, found, named, source, target, names)
        return found

    @staticmethod
    def _note(path: Path, found: Relations, named: dict, source: str, target: str, names: str) -> None:
        if source not in named or target not in named:
            return
        pair = named[source], named[target]
        known = (name for name in re.split(r"\\n|[ ,]", names) if _asked_for(path, *pair, name))
        if strength := max((STRENGTH.get(name, 0) for name in known), default=0):
            found[pair] = max(found.get(pair, 0), strength)

    def many(self, paths: list[Path]) -> dict[Path, Relations]:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(zip(paths, pool.map(self.relations, paths), strict=True))


def marked(path: Path, half: Half) -> bool:
    """The caller's are."""
    return not 0 <= half[0] < len(path.accesses) or path.accesses[half[0]].order != PLAIN


def _asked_for(path: Path, left: Half, right: Half, name: str) -> bool:
    """hb has ppo between marked accesses; w-pre-bounded and r-pre-bounded have addr behind one."""
    if name == "addr":
        return marked(path, left)
    return name not in ("to-r", "to-w") or (marked(path, left) and marked(path, right))


def _counts(path: Path, left: Half, right: Half, strength: int) -> bool:
    """The halves of one access are in order anyway; barrier() is asked for in mixed-accesses alone."""
    if strength >= ORDER:
        return left[0] != right[0]
    if not all(0 <= number < len(path.accesses) for number, _ in (left, right)):
        return False
    both = [path.accesses[number] for number, _ in (left, right)]
    stores = [event.kind == "store" and event.order == PLAIN for event in both]
    return both[0].where[1:] == both[1].where[1:] and any(stores) and not all(stores)


def _close(path: Path, halves: list[Half], found: Relations) -> None:
    """What is ordered by way of a marked access in between is ordered: the model asks for cycles, not for steps.

    So a full barrier behind an exchange, which begins at its store, orders its load as well. As pb is
    `prop ; strong-fence ; hb*`, what a full barrier orders it orders with all that comes after that; and as
    prop has `cumul-fence*`, of write barriers and releases one after the other the whole is a write barrier.
    """
    place = {half: number for number, half in enumerate(halves)}

    def links(least: int) -> list[list[int]]:
        steps: list[list[int]] = [[] for _ in halves]
        for (left, right), strength in found.items():
            if strength >= least:
                steps[place[left]].append(place[right])
        return steps

    def follow(steps: list[list[int]]) -> list[int]:
        """Of each half all that can be reached, as bits."""
        reach = [0] * len(halves)
        for number in reversed(range(len(halves))):
            for step in steps[number]:
                reach[number] |= 1 << step | (reach[step] if marked(path, halves[step]) else 0)
        return reach

    ordered, written, strong = follow(links(ORDER)), follow(links(WRITTEN)), links(FULLY)
    for number, left in enumerate(halves):
        fully = 0
        for step in strong[number]:
            fully |= ordered[step] if marked(path, halves[step]) else 0
        for other in range(number + 1, len(halves)):
            for reach, strength in ((fully, FULLY), (written[number], WRITTEN), (ordered[number], ORDER)):
                if reach >> other & 1:
                    pair = left, halves[other]
                    found[pair] = max(found.get(pair, 0), strength)
                    break


def _halves(path: Path) -> list[Half]:
    """What herd7 numbers, in its order: of a read-modify-write both halves."""
    halves: list[Half] = [(-1, "R"), (-1, "W")]
    for number, event in enumerate(path.accesses):
        if event.kind == "load" or event.failed:
            halves.append((number, "R"))
        elif event.kind == "store":
            halves.append((number, "W"))
        else:
            halves += [(number, "R"), (number, "W")]
    last = len(path.accesses)
    return [*halves, (last, "R"), (last, "W")]
