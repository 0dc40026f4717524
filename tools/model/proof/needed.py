# SPDX-License-Identifier: GPL-2.0
"""Could the proof fail? Each conjunct is needed, and each changed model is refuted.

A counterexample to induction is looked for in a world of two readers and no others: a whole state, of
which all but the one conjunct holds, and one step after which the rest does not.
"""

import z3
from invariant import OF_MM, OF_READER, OF_WORLD
from mutated import MUTATED, scene_of, steps_of
from obligations import Obligation, Proof, obligations, term
from search import find

CLAIMS = [*OF_WORLD, *OF_READER, *OF_MM]
# Where to look first; if nothing is found there, everywhere.
LIKELY = {
    "word": "kept: reader: TRIES: __refcount_inc_not_zero_limited_acquire: may be raised",
    "limit": "safety: the flag is given back",
    "no saturation": "never: writer: SATURATES_FLAG: refcount_warn_saturate: saturated",
    "life": "kept: reader: RAISES: __refcount_inc_not_zero_limited_acquire: raised",
    "nobody left": "kept: writer: LOCKED: refcount_add_not_zero: may be raised",
    "gone": "access: reader: FOUND: vma_start_read: vm_area_struct.vm_lock_seq",
    "detaching": "kept: writer: LEFT: refcount_add_not_zero: detached meanwhile",
    "starting": "never: writer: RAISES_FLAG: refcount_add_not_zero: changed meanwhile; not attached: nobody to exclude",
    "excluded": "kept: writer: NOTES: __vma_start_write: sequence noted",
    "owner": "kept: reader: PUTS: __vma_refcount_put_return: readers excluded: wakes",
    "parity": "kept: reader: RAISES: __refcount_inc_not_zero_limited_acquire: raised, under the mmap lock",
    "knowledge": "kept: writer: NOTES: __vma_start_write: sequence noted",
    "even": "kept: writer: BEGINS: mm_lock_seqcount_begin: sequence odd",
    "write-locked": "safety: no reader in a write section",
    "registered": "kept: reader: WAKES: rcuwait_wake_up: a waiter",
    "task state": "kept: reader: WAKES_TASK: wake_up_process: done",
    "wake": "safety: no lost wakeup",
    "mm in use": "kept: writer: OFF: mmap_write_lock: mmap lock taken",
    "reader: RCU": "access: reader: FOUND: vma_start_read: vm_area_struct.vm_lock_seq",
    "reader: no saturation": "never: reader: SATURATES: refcount_warn_saturate: raised",
    "reader: count": "kept: reader: RAISES: __refcount_inc_not_zero_limited_acquire: raised",
    "reader: this mm": "kept: reader: RAISES: __refcount_inc_not_zero_limited_acquire: raised, under the mmap lock",
    "reader: copy of vm_mm": "kept: reader: GRABBED: vma_refcount_put: vm_mm copied",
    "reader: second look": "kept: reader: LOOKS: vma_start_read: read-locked",
    "reader: its mm": "access: reader: LOOKED: vma_start_read: mm_struct.mm_lock_seq",
    "mm: count": "kept: others: an mm begins",
    "mm: mmap lock": "kept: reader: RAISES: __refcount_inc_not_zero_limited_acquire: raised, under the mmap lock",
    "mm: one writer": "kept: writer: UNREGISTERS: finish_rcuwait: unregistered",
    "mm: waiter": "safety: no waiter is left behind",
    "mm: locked, in use": "kept: others: an mm begins",
}


def broken(proof: Proof, obligation: Obligation) -> str:
    """What the state that the solver has found speaks against."""
    for claim, formula in obligation.build()[1]:
        if claim and not z3.is_true(proof.model.eval(term(formula), model_completion=True)):
            return f"{obligation.name}: no longer “{claim.name}”"
    return obligation.name


def but(obligation: Obligation, claim) -> Obligation:
    """That a conjunct would come back by itself is no loss of the others."""

    def build():
        when, parts = obligation.build()
        return when, [part for part in parts if part[0] != claim]

    return Obligation(obligation.name, build)


def without(flag, sides):
    """(claim, what is no longer shown if this one is left out)"""
    proof = Proof(flag, sides, small=True)
    every = [o for o in obligations(proof) if not o.name.startswith(("begins", "possible"))]
    for claim in CLAIMS:
        hint = LIKELY.get(claim.name)
        order = sorted(every, key=lambda o, hint=hint: o.name != hint)
        lost = (o for o in (but(o, claim) for o in order) if proof.check(o, without=claim.name) != "unsat")
        first = next(lost, None)
        yield claim, first and broken(proof, first)


def refuted(flag, sides):
    """(changed model, the obligation that fails, what goes wrong and by how many steps)"""
    for mutated in MUTATED:
        proof = Proof(flag, sides, *steps_of(mutated))
        places = {place for place, _ in (mutated.reader | mutated.writer)} | {"EXTRA"}
        every = [o for o in obligations(proof) if not o.name.startswith(("begins", "possible"))]
        every.sort(key=lambda o: not any(f": {place}: " in o.name for place in places))
        failed = next((o.name for o in every if proof.check(o) != o.wanted), None)
        yield mutated, failed, find(scene_of(mutated))
