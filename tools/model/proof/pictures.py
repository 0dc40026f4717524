#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Draw the model: the programs of reader, writer and detacher, the count, and the lock step by step.

    pictures.py --dot DOT DIR    draws into DIR, as SVG
    pictures.py --check DIR      are they those of this model? TAP

Each SVG names the sum of what it was drawn from.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from invariant import FLAG_UP, HOLDING, OVER, SATURATING
from logic import UNKNOWN, Word
from model import READER, REFCNT
from search import NO_READER, NO_WRITER
from steps import ANY, FLAG
from writer import WRITER_STEPS

SUM = "Drawn from: "
STYLE = 'node [shape=box, style="rounded,filled", fillcolor=white, fontname=Helvetica, fontsize=10]; edge [fontname=Helvetica, fontsize=8];'
HELD, RAISED, NEW = "#cfe4ff", "#ffd9b3", "#b00020"

WAIT = {"REGISTERS", "ANNOUNCES", "LOOKS_AT_COUNT", "SLEEPS", "UNREGISTERS", "RUNS"}
KILL = {"LOOKS_FOR_NOTICE", "LOOKS_FOR_SIGNAL", "LOOKS_WHICH", "GIVES_BACK"}
SECOND_LOOK = {"HOLDS", "SAME_MM", "LOOKS", "BACKS_OFF"}
WAKE, OTHER = {"WAKES", "WAKES_TASK"}, {"UNSTABLE", "GRABBED", "DROPS_MM"}
READ = {"IDLE", "TRIES", "RAISES", "READS", "PUTS"}
WRITE = {"LOCKED", "RAISES_FLAG", "LOOKS_AT_COUNT", "LOWERS"}
LOCK = {"OFF", "BEGINS", "NOTES", "ENDS"}
# What is passed over without a word where it is left out.
PASSED = {"FOUND", "LOOKED", *SECOND_LOOK, *WAIT, *LOCK} - {"BACKS_OFF", "OFF"}
# Which places of reader and writer a step of the story adds; they are drawn in red.
STORY = {
    "1-readers": (READ, set()),
    "2-writer": (set(), WRITE),
    "3-sequences": ({"FOUND", "LOOKED", *SECOND_LOOK}, LOCK),
    "4-wakeups": (WAKE, WAIT),
    "5-detach": (set(), {"LEFT"}),
    "6-reuse": (OTHER, {"NOTES_ONLY"}),
    "7-killable": (set(), KILL),
}


def cases(steps, who):
    """(step, case) of all that can happen."""
    unknown = who.but(**dict.fromkeys([name for name in who.__dict__ if name != "at"], UNKNOWN))
    for step in steps:
        for case in step.cases(UNKNOWN, unknown, ANY):
            if not case.never:
                yield step, case


def bridged(edges, places):
    """Over places that are passed over one goes straight on; what leads to others that are left out is left out."""

    def on(place, seen=()):
        if place in places:
            return {place}
        further = [to for frm, to, _ in edges if frm == place and to not in (*seen, place)] if place in PASSED else []
        return set().union(*(on(to, (*seen, place)) for to in further))

    for frm, to, label in edges:
        if frm in places and "under the mmap lock" not in label:
            for end in sorted(on(to)):
                if (
                    end != frm
                    or (frm, label) in (("LOCKED", "writes"), ("LOOKS_AT_COUNT", "readers left"))
                    or frm in READ - {"IDLE"}
                ):
                    yield frm, end, label


def program(name, steps, who, places=None, held=(), before=None):
    """A cluster: places as boxes, with the access that is made there; what it may lead to as arrows."""
    edges = [(step.place, case.to, case.name) for step, case in cases(steps, who)]
    every = {step.place for step in steps} - {*SATURATING, *OVER}
    whole = places is None
    places = every if whole else places
    edges = [edge for edge in edges if edge[1] in every]
    lines = []
    for place in dict.fromkeys(step.place for step in steps):
        if place in places:
            accesses = dict.fromkeys(
                f"{step.kind} {step.word.name.split('.')[-1]}" for step in steps if step.place == place and step.word
            )
            new = before is not None and place not in before
            fill = HELD if place in HOLDING and name == "reader" else RAISED if place in held else "white"
            text, mark = "\\n".join([place, *accesses]), f', color="{NEW}", penwidth=2' if new else ""
            lines.append(f'{name}_{place} [label="{text}", fillcolor="{fill}"{mark}];')
    labels = {}
    for frm, to, label in edges if whole else bridged(edges, places):
        labels.setdefault((frm, to), dict.fromkeys([label]))[label] = None
    for (frm, to), texts in labels.items():
        new = before is not None and not {frm, to} <= before
        text = "\\n".join([*texts][:3] + (["..."] if len(texts) > 3 else []))
        mark = f', color="{NEW}"' if new else ""
        lines.append(f'{name}_{frm} -> {name}_{to} [label="{text}"{mark}];')
    return lines


def graph(name, *parts):
    lines = [f'digraph "{name}" {{', STYLE]
    for part, content in parts:
        lines += [f'subgraph "cluster_{part}" {{ label="{part}"; fontname=Helvetica; color=gray;', *content, "}"]
    return "\n".join([*lines, "}"])


COUNT_CLASSES = (
    ("0", "detached", lambda v: v == 0),
    ("1", "attached", lambda v: v == 1),
    ("2 .. FLAG - 1", "readers", lambda v: 1 < v < FLAG),
    ("FLAG", "detaching, no reader left", lambda v: v == FLAG),
    ("FLAG + 1", "no reader left,\\nor detaching and one", lambda v: v == FLAG + 1),
    ("above", "waits for readers", lambda v: v > FLAG + 1),
)
SAMPLES = [Word(v) for v in (0, 1, 2, 3, FLAG - 2, FLAG - 1, FLAG, FLAG + 1, FLAG + 2, FLAG + 3, 2 * FLAG - 2)]


def count():
    """Where each access takes the count, tried on the values at the edges of each class."""

    def of(value):
        return next(n for n, (_, _, inside) in enumerate(COUNT_CLASSES) if inside(int(value)))

    found = {}
    for steps, who in ((READER, NO_READER), (WRITER_STEPS, NO_WRITER)):
        unknown = who.but(**dict.fromkeys([name for name in who.__dict__ if name != "at"], UNKNOWN))
        for step in steps:
            if step.word is not REFCNT:
                continue
            for value in SAMPLES:
                for case in step.cases(value, unknown, ANY):
                    if case.when and case.write is not None and not case.never and possible(step, case, value):
                        found.setdefault((of(value), of(case.write)), {})[short(step)] = None
    lines = [f'c{n} [label="{value}\\n{text}"];' for n, (value, text, _) in enumerate(COUNT_CLASSES)]
    for (frm, to), names in sorted(found.items()):
        text = "\\n".join(names)
        lines.append(f'c{frm} -> c{to} [label="{text}"];')
    return lines


def possible(step, case, value) -> bool:
    """What the places before it have made sure of: the flag is raised once, and lowered when it is there."""
    if step.place == "RAISES_FLAG":
        return 0 < value < FLAG
    if step.place == "RAISES":
        return 0 < value < FLAG - 1
    if step.place in ("LOWERS", "GIVES_BACK"):
        return value >= FLAG and (step.place != "LOWERS" or value <= FLAG + 1)
    if step.place == "LOCKED":
        return value == 0 if step.kind == "store" else 0 < value < FLAG
    return value not in (0, FLAG)


def short(step) -> str:
    return {
        "RAISES": "reader raises", "PUTS": "reader drops", "RAISES_FLAG": "flag raised", "LOWERS": "flag lowered",
        "GIVES_BACK": "flag given back", "LOCKED": "attached" if step.kind == "store" else "detacher drops",
    }[step.place]  # fmt: skip


def pictures() -> dict[str, str]:
    flagged = {"held": FLAG_UP}
    detacher = {"LOCKED", "LEFT", "RAISES_FLAG", "LOWERS", *WAIT}
    drawn = {
        "reader": graph("reader", ("reader", program("reader", READER, NO_READER))),
        "writer": graph("writer", ("writer", program("writer", WRITER_STEPS, NO_WRITER, **flagged))),
        "detacher": graph("detacher", ("detacher", program("writer", WRITER_STEPS, NO_WRITER, detacher, **flagged))),
        "count": graph("count", ("vm_refcnt", count())),
    }
    read, written = set(), set()
    for name, (reads, writes) in STORY.items():
        parts = [("reader", program("reader", READER, NO_READER, read | reads, before=read or None))]
        if written | writes:
            parts.append(
                ("writer", program("writer", WRITER_STEPS, NO_WRITER, written | writes, before=written, **flagged))
            )
        drawn[name] = graph(name, *parts)
        read, written = read | reads, written | writes
    return drawn


def main(arguments: list[str]) -> int:
    drawn = pictures()
    if arguments[0] == "--dot":
        dot, folder = arguments[1], Path(arguments[2])
        folder.mkdir(exist_ok=True)
        for name, source in drawn.items():
            svg = subprocess.run([dot, "-Tsvg"], input=source, capture_output=True, text=True, check=True).stdout
            svg = re.sub(r"<!-- (Title|Generated).*?-->\n", "", svg, flags=re.DOTALL)
            notes = f"<!-- SPDX-License-Identifier: GPL-2.0 -->\n<!-- {SUM}{total(source)} -->\n"
            (folder / f"{name}.svg").write_text(svg.replace("<!DOCTYPE", notes + "<!DOCTYPE", 1))
        return 0
    folder, failed = Path(arguments[1]), 0
    print("TAP version 13", f"1..{len(drawn)}", sep="\n")
    for n, (name, source) in enumerate(drawn.items(), 1):
        file = folder / f"{name}.svg"
        current = file.is_file() and f"{SUM}{total(source)} " in file.read_text()
        failed += not current
        print(
            f"{'ok' if current else 'not ok'} {n} picture: {name} is {'' if current else 'not '}drawn from this model"
        )
    return 1 if failed else 0


def total(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
