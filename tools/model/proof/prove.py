#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prove the model's safety and progress for any number of readers, and every flag 1 << k. KTAP.

prove.py            all
prove.py NAME...    only the obligations whose name begins so
"""

import sys
import time

import z3
from needed import refuted, without
from obligations import Proof, obligations

# Any bit that leaves room for the VMA's own count below it, and for the sign above.
K = z3.BitVec("k", 32)
ANY_FLAG = z3.BitVecVal(1, 32) << K
K_RANGE = [z3.UGE(K, 1), z3.ULE(K, 30)]


class Tap:
    """TAP, with the time that each line took, and how often the solver was asked."""

    def __init__(self):
        self.n = self.failed = 0
        self.before = time.process_time()
        print("TAP version 13")

    def result(self, good: bool, text: str, *why: str) -> None:
        now = time.process_time()
        self.n += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.n} {text} ({now - self.before:.2f} s)")
        print(*(f"# {line}" for line in why), sep="\n", end="\n" if why else "", flush=True)
        self.before = now


def prove(tap: Tap, names: list[str]) -> float:
    proof = Proof(ANY_FLAG, K_RANGE)
    for obligation in obligations(proof):
        if not names or any(obligation.name.startswith(name) for name in names):
            result = proof.check(obligation)
            good = result == obligation.wanted
            tap.result(good, f"{obligation.name}: {result}", *([] if good else proof.explain(obligation)))
    return proof.seconds


def bounds(tap: Tap) -> None:
    """With the flag below or above that range the proof does not go through."""
    for k, why in ((0, "no room below the flag"), (31, "the flag is the sign")):
        proof = Proof(z3.BitVecVal(1 << k, 32))
        failed = next((o.name for o in obligations(proof) if proof.check(o) != o.wanted), None)
        tap.result(failed is not None, f"bounds: not for k = {k}, {why}: {failed}")


def could_fail(tap: Tap) -> None:
    for claim, lost in without(ANY_FLAG, K_RANGE):
        tap.result(lost is not None, f"needed: {claim.name}: without it {lost or 'nothing is lost'}")
    for mutated, failed, run in refuted(ANY_FLAG, K_RANGE):
        text = f"; after {len(run[1])} steps {run[0]}" if run else "; no run goes wrong"
        tap.result(bool(failed and run), f"refuted: {mutated.name}: fails “{failed}”{text}", mutated.words)


def main(names: list[str]) -> int:
    began, tap = time.process_time(), Tap()
    seconds = prove(tap, names)
    obliged = tap.n
    if not names:
        bounds(tap)
        could_fail(tap)
    print(f"1..{tap.n}")
    print(f"# proof: {obliged} obligations, for any number of readers, and for the flag 1 << k, k from 1 to 30: "
          f"the solver's part {seconds:.1f} s")  # fmt: skip
    print(f"# proof: {tap.n - tap.failed} passed, {tap.failed} failed ({time.process_time() - began:.1f} s)")
    return 1 if tap.failed or not obliged else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
