# SPDX-License-Identifier: GPL-2.0
"""What has to be shown, and how the solver is asked.

The invariant is about all readers and all mms; each question looks at two readers and at the mms that
the step can touch, and at one more mm. That is enough to prove, and no less than all: whatever holds of
any reader and any mm holds of these.
"""

import time
from dataclasses import dataclass
from functools import cached_property

import z3
from events import EVENTS, TASK_RUNNING
from invariant import ASLEEP, FLAG_UP, HOLDING, SAFETY, WAITING, flag_up, holders
from logic import at, below_or_equal, both, either, negate
from model import MM_COUNT, MM_SEQ, READER, REFCNT, VM_LOCK_SEQ, VM_MM, WAITER
from system import beginning, conjuncts, counted, moves, new_reader, new_world, new_writer
from writer import WRITER_STEPS, target

OF_VMA = (REFCNT, VM_LOCK_SEQ, VM_MM)
OF_AN_MM = (MM_SEQ, WAITER, MM_COUNT)


@dataclass
class Obligation:
    name: str
    # -> what is assumed beside the invariant; what must follow, in parts: (claim or None, formula)
    build: object
    # What the solver must say of the first together with the opposite of the second.
    wanted: str = "unsat"


class Proof:
    def __init__(self, flag, sides=(), reader=READER, writer=WRITER_STEPS, events=EVENTS, small=False):
        self.flag, self.sides, self.seconds = flag, list(sides), 0.0
        self.s, self.w = new_world(flag), new_writer()
        self.r, self.other, self.mm = new_reader("reader"), new_reader("other"), z3.Int("mm")
        self.steps = reader, writer, events
        mms = [self.s.vm_mm, self.w.mm, self.s.any_mm, self.mm]
        mms += [mm for r in (self.r, self.other) for mm in (r.mm, r.vmm)]
        self.facts = counted(self.s, [self.r, self.other], [*mms, self.s.task, self.r.task, self.other.task], small)
        self.invariant = list(conjuncts(self.s, self.w, [self.r, self.other], mms))

    def ask(self, *formulas, without=None):
        solver = z3.Solver()
        solver.add(*self.sides, *self.facts, *(f for claim, f in self.invariant if claim.name != without), *formulas)
        began = time.process_time()
        result = str(solver.check())
        self.seconds += time.process_time() - began
        self.model = solver.model() if result == "sat" else None
        return result

    @cached_property
    def moves(self):
        return list(moves(self.s, self.w, self.r, *self.steps))

    def kept(self, move):
        """The invariant after the move, of the reader that moved, another one, and any mm."""
        readers = [move.reader, self.other] if move.who == "reader" else [self.other]
        return list(conjuncts(move.world, move.writer, readers, [self.mm]))

    def check(self, obligation, without=None):
        when, parts = obligation.build()
        return self.ask(when, negate(both(True, *(formula for _, formula in parts))), without=without)

    def explain(self, obligation):
        """The state that speaks against it."""
        if self.model is None:
            return
        for claim, formula in obligation.build()[1]:
            if claim and not z3.is_true(self.model.eval(term(formula), model_completion=True)):
                yield f"no longer: {claim.name}: {claim.words}"
        yield from (f"  {name} = {self.model[name]}" for name in sorted(self.model.decls(), key=str))


def plain(name, when, then, wanted="unsat"):
    return Obligation(name, lambda: (when, [(None, then)]), wanted)


def term(formula):
    return z3.BoolVal(formula) if isinstance(formula, bool) else formula


def obligations(proof: Proof):
    yield from base(proof)
    for move in proof.moves:
        if move.never:
            yield plain(f"never: {move.who}: {move.name}", move.when, False)
        else:
            yield Obligation(f"kept: {move.who}: {move.name}", lambda move=move: (move.when, proof.kept(move)))
    yield from (plain(f"safety: {claim.name}", True, claim.formula(proof.s, proof.w)) for claim in SAFETY)
    yield from to_zero(proof)
    yield from access(proof)
    yield from progress(proof)
    # None of this is so because nothing can happen.
    for move in proof.moves:
        if not move.never:
            yield plain(f"possible: {move.who}: {move.name}", move.when, False, "sat")


def base(proof: Proof):
    """The world at its beginning, as formulas of its own: whether the invariant is assumed makes no difference."""
    world, writer, reader = beginning(proof.flag)
    for claim, formula in conjuncts(world, writer, [reader], [proof.mm]):
        yield plain(f"begins: {claim.name}", True, formula)


def to_zero(proof: Proof):
    """Exactly one detach: the count falls to 0 by the detacher's own hand, or while he detaches."""
    for move in proof.moves:
        falls = both(move.when, proof.s.refcnt != 0, move.world.refcnt == 0)
        if not move.never and move.step and move.step.word == REFCNT:
            mine = move.step.code == "vma_mark_detached"
            yield plain(f"zero: {move.who}: {move.name}", falls, either(mine, proof.w.detaching))


def access(proof: Proof):
    """No VMA is touched without RCU, a count of it or the mmap lock; no mm after its last drop."""
    s, r, w = proof.s, proof.r, proof.w
    readers, writers, _ = proof.steps
    for who, name, steps in ((r, "reader", readers), (w, "writer", writers)):
        for step in steps:
            here = at(who, step.place)
            if step.word in OF_VMA:
                locked = (
                    both(s.attached, s.vm_mm == r.mm, r.mmap) if who is r else either(s.attached, w.owns, w.detaching)
                )
                safe = either(r.rcu, at(r, *HOLDING), locked) if who is r else locked
                if name == "writer" and step.kind == "load" and step.place == "LOCKED":
                    here = both(here, either(s.attached, w.owns))
                else:
                    here = both(here, either(*(case.when for case in step.cases(step.read(who, s), who, s))))
                yield plain(
                    f"access: {name}: {step.place}: {step.code}: {step.word.name}", here, both(negate(s.gone), safe)
                )
            elif step.word in OF_AN_MM:
                yield plain(
                    f"access: {name}: {step.place}: {step.code}: {step.word.name}", here, s.mm_count[step.key(who)] > 0
                )


# A reader that holds the count, or owes a wakeup, has at most so many accesses before it; reading takes as long as it takes.
READER_RANK = {
    "HOLDS": 9, "SAME_MM": 8, "LOOKS": 7, "UNSTABLE": 7, "GRABBED": 6, "READS": 6, "BACKS_OFF": 6, "PUTS": 5,
    "SATURATES_PUT": 4, "WAKES": 3, "WAKES_TASK": 2, "DROPS_MM": 1,
}  # fmt: skip
# A writer that has the flag up, once the readers are gone.
WRITER_RANK = {
    "LOOKS_FOR_NOTICE": 10, "LOOKS_FOR_SIGNAL": 9, "LOOKS_WHICH": 8, "REGISTERS": 8, "SLEEPS": 7, "ANNOUNCES": 6, "LOOKS_AT_COUNT": 5,
    "UNREGISTERS": 4, "RUNS": 3, "NOTES": 2, "LOWERS": 1, "GIVES_BACK": 1,
}  # fmt: skip


def rank(ranks, who):
    value = z3.IntVal(0)
    for place, n in ranks.items():
        value = z3.If(at(who, place), n, value)
    return value


def progress(proof: Proof):
    """A measure that falls: the readers that hold the count, the steps each has left, the writer's own steps."""
    s, w, r = proof.s, proof.w, proof.r
    gone = both(s.reading == 0, s.trying == 0)
    for move in proof.moves:
        if move.never:
            continue
        up = both(move.when, at(w, *FLAG_UP), flag_up(move.writer))
        yield plain(f"progress: no reader comes: {move.who}: {move.name}", up,
                               below_or_equal(holders(move.world), holders(s)))  # fmt: skip
        if move.who == "reader" and move.step.place in READER_RANK:
            falls = rank(READER_RANK, move.reader) < rank(READER_RANK, r)
            stays = both(
                move.reader.at == move.step.place,
                move.step.kind in ("reads", "rcu_read_unlock", "up_read") or move.step.place == "UNSTABLE",
            )
            yield plain(f"progress: nearer to the end: {move.name}", move.when, either(falls, stays))
        if move.who == "writer" and move.step.place in WRITER_RANK:
            yield plain(f"progress: nearer to the end: {move.name}", both(move.when, gone),
                                   rank(WRITER_RANK, move.writer) < rank(WRITER_RANK, w))  # fmt: skip
        if move.who == "reader" and move.step.place == "WAKES":
            yield plain(f"progress: the waker finds the waiter: {move.name}", both(move.when, at(w, *ASLEEP), r.vmm == w.mm),
                                   both(at(move.reader, "WAKES_TASK"), move.reader.task == s.task))  # fmt: skip
        if move.who == "reader" and move.step.place == "WAKES_TASK":
            yield plain(f"progress: the waker wakes: {move.name}", both(move.when, at(w, *ASLEEP), r.task == s.task),
                                   move.world.state == TASK_RUNNING)  # fmt: skip
    yield plain(
        "progress: the last one gone, the condition is true", both(at(w, *WAITING), gone), s.refcnt == target(w, s)
    )
