# SPDX-License-Identifier: GPL-2.0
"""The model as formulas: a world, a writer, two readers out of any number, and what one step makes of them."""

from dataclasses import dataclass

import logic
import z3
from events import EVENTS
from invariant import COUNTS, OF_MM, OF_READER, OF_WORLD
from logic import at, below_or_equal, both, choose, one_if
from machine import Record, after
from model import READER
from writer import WRITER_STEPS

logic.use_solver(z3)

INT, BOOL, BITS = z3.IntSort(), z3.BoolSort(), z3.BitVecSort(32)
WORLD = {
    "refcnt": BITS, "vm_lock_seq": BITS, "vm_mm": INT, "mm_seq": z3.ArraySort(INT, BITS), "waiter": z3.ArraySort(INT, INT),
    "mm_count": z3.ArraySort(INT, INT), "users": z3.ArraySort(INT, BOOL), "held": z3.ArraySort(INT, INT),
    "mmap_readers": z3.ArraySort(INT, INT), "state": BITS, "task": INT, "signal": BOOL, "fatal": BOOL,
    "attached": BOOL, "free": BOOL, "gone": BOOL,
    "any_mm": INT, "any_task": INT, "any_signal": BOOL, "any_fatal": BOOL, "any_killable": BOOL,
}  # fmt: skip
OF_BITS = ("reading", "trying")
READS = {"mm": INT, "seen": BITS, "old": BITS, "vmm": INT, "task": INT, "how": INT, "rcu": BOOL, "mmap": BOOL}
WRITES = {
    "mm": INT, "task": INT, "old": BITS, "owns": BOOL, "write_locked": BOOL, "knows_vma_seq": BOOL, "vma_seq": BITS,
    "knows_mm_seq": BOOL, "mm_seq": BITS, "killable": BOOL, "detaching": BOOL, "excluding": BOOL,
}  # fmt: skip


EXTRA = "EXTRA"


def places(steps) -> list[str]:
    """In the order of the program, and one for what a changed model may need."""
    return [*dict.fromkeys(step.place for step in steps), EXTRA]


def enumerate_places(name: str, steps) -> z3.SortRef:
    sort, constants = z3.EnumSort(name, places(steps))
    logic.PLACES[name] = dict(zip(places(steps), constants, strict=True))
    return sort


READER_AT, WRITER_AT = enumerate_places("Reader", READER), enumerate_places("Writer", WRITER_STEPS)


def record(prefix: str, sorts: dict) -> Record:
    return Record(**{name: z3.Const(f"{prefix}.{name}", sort) for name, sort in sorts.items()})


def new_reader(name: str) -> Record:
    return record(name, {"at": READER_AT, **READS})


def new_writer() -> Record:
    return record("writer", {"at": WRITER_AT, **WRITES})


def new_world(flag) -> Record:
    counts = {
        name: BITS if name in OF_BITS else INT if key is None else z3.ArraySort(INT, INT)
        for name, (_, key) in COUNTS.items()
    }
    return record("world", WORLD | counts).but(flag=flag, limit=flag - 1)


def recounted(world: Record, old: Record, new: Record) -> Record:
    """One reader was `old` and is `new` now."""
    counts = {}
    for name, (of_kind, key) in COUNTS.items():
        count = getattr(world, name)
        for reader, n in ((old, -1), (new, 1)):
            if key is None:
                count = choose(of_kind(reader), count + n, count)
            else:
                count = choose(of_kind(reader), z3.Store(count, key(reader), count[key(reader)] + n), count)
        counts[name] = count
    return world.but(**counts)


@dataclass
class Move:
    """A step's case, or an event: what it needs, and what is there afterwards."""

    who: str
    name: str
    when: object
    world: Record
    writer: Record
    reader: Record
    step: object = None
    never: bool = False


def moves(world: Record, writer: Record, reader: Record, reader_steps=READER, writer_steps=WRITER_STEPS, events=EVENTS):
    for step in reader_steps:
        for case in step.cases(step.read(reader, world), reader, world):
            then, left = after(step, case, reader, world)
            yield Move("reader", f"{step.place}: {step.code}: {case.name}", both(at(reader, step.place), case.when),
                       recounted(left, reader, then), writer, then, step, case.never)  # fmt: skip
    for step in writer_steps:
        for case in step.cases(step.read(writer, world), writer, world):
            then, left = after(step, case, writer, world)
            yield Move("writer", f"{step.place}: {step.code}: {case.name}", both(at(writer, step.place), case.when),
                       left, then, reader, step, case.never)  # fmt: skip
    for event in events:
        yield Move(
            "others", event.name, event.when(world, writer), world.but(**event.then(world, writer)), writer, reader
        )


def counted(world: Record, readers: list[Record], keys: list, small: bool) -> list:
    """A count is not less than the readers of its kind that are looked at; in a small world there are no others."""
    facts = []
    for name, (of_kind, key) in COUNTS.items():
        count = getattr(world, name)
        for of in [None] if key is None else keys:
            here = count if key is None else count[of]
            seen = here * 0
            for r in readers:
                seen += one_if(both(of_kind(r), True if key is None else key(r) == of), here)
            facts.append(here == seen if small else below_or_equal(seen, here) if name in OF_BITS else here >= seen)
    return facts


def conjuncts(world, writer, readers, mms):
    """(claim, formula) of the invariant, for these readers and mms."""
    yield from ((claim, claim.formula(world, writer)) for claim in OF_WORLD)
    yield from ((claim, claim.formula(world, writer, r)) for claim in OF_READER for r in readers)
    yield from ((claim, claim.formula(world, writer, mm)) for claim in OF_MM for mm in mms)


def beginning(flag) -> tuple[Record, Record, Record]:
    """A VMA in the slab, no mm, nobody there."""
    none = {name: z3.K(INT, z3.IntVal(0)) for name, (_, key) in COUNTS.items() if key}
    zero = {
        name: z3.BitVecVal(0, 32) if name in OF_BITS else z3.IntVal(0) for name, (_, key) in COUNTS.items() if not key
    }
    no = z3.BoolVal(False)
    world = new_world(flag).but(
        refcnt=z3.BitVecVal(0, 32), vm_lock_seq=z3.BitVecVal(-1, 32), attached=no, free=z3.BoolVal(True), gone=no,
        mm_seq=z3.K(INT, z3.BitVecVal(0, 32)), users=z3.K(INT, no), fatal=no,
        **dict.fromkeys(("mm_count", "held", "mmap_readers", "waiter"), none["grabs"]), **none, **zero,
    )  # fmt: skip
    writer = new_writer().but(at=logic.PLACES["Writer"]["OFF"], owns=no, detaching=no, write_locked=no)
    reader = new_reader("r").but(at=logic.PLACES["Reader"]["IDLE"], rcu=no, mmap=no, how=z3.IntVal(0))
    return world, writer, reader
