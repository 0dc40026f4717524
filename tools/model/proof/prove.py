#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
import sys, time
import z3
import system
from system import *
from invariant import SAFETY

def setup(flag, sides):
    s, w = new_world(flag), new_writer()
    r0, r1 = new_reader("r"), new_reader("other")
    m = z3.Int("m")
    mms = [s.vm_mm, w.mm, r0.mm, r0.vmm, r1.mm, r1.vmm, s.any_mm, m]
    solver = z3.Solver()
    solver.add(sides)
    lits = {}
    for claim, f in conjuncts(s, w, [r0, r1], mms):
        lit = lits.setdefault(claim.name, z3.Bool("claim " + claim.name))
        solver.add(z3.Implies(lit, f))
    solver.add(counted(s, [r0, r1], mms + [s.task, r0.task, r1.task]))
    return solver, lits, s, w, r0, r1, m

k = z3.BitVec("k", 32)
if len(sys.argv) > 1:
    flag, sides = z3.BitVecVal(1, 32) << k, [z3.UGE(k, 1), z3.ULE(k, 30)]
else:
    flag, sides = z3.BitVecVal(1 << 30, 32), []
solver, lits, s, w, r0, r1, m = setup(flag, sides)
t0 = time.time()
bad = 0
n = 0
for move in moves(s, w, r0):
    solver.push()
    solver.add(move.when)
    t = time.time()
    reach = solver.check(*lits.values())
    if move.never:
        print("never" , reach, move.name) if reach != z3.unsat else None
        solver.pop(); continue
    if reach != z3.sat:
        print("NOT ENABLED", move.name, reach)
    goals = list(conjuncts(move.world, move.writer, [move.reader, r1] if move.who == "reader" else [r1], [m]))
    neg = z3.Not(z3.And(*[f for _, f in goals]))
    solver.push(); solver.add(neg)
    res = solver.check(*lits.values())
    n += 1
    dt = time.time() - t
    if dt > 1: print(f"  slow {dt:.1f} {move.name}")
    if res != z3.unsat:
        bad += 1
        mod = solver.model() if res == z3.sat else None
        failing = [c.name for c, f in goals if mod is None or not z3.is_true(mod.eval(z3.BoolVal(f) if isinstance(f, bool) else f, model_completion=True))]
        print("FAIL", res, move.who, move.name, failing)
        if "-v" in sys.argv:
            for d in sorted(mod.decls(), key=str):
                if not str(d).startswith("claim"): print("    ", d, mod[d])
    solver.pop()
    solver.pop()
print(n, "moves", bad, "bad", time.time() - t0)
for c in SAFETY:
    print(c.name, [solver.check(*lits.values(), z3.Not(c.formula(s, w)))])
