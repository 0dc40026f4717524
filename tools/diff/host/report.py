# SPDX-License-Identifier: GPL-2.0
"""Say what was found: a table for the terminal, report.json, report.html."""

import json
from pathlib import Path

from . import compare, html, schedules, show

ROWS = 12
# By what show.rank() says.
HEADS = {3: "where a caller breaks the rules:", 4: "in states that cannot be reached:", 5: "for inputs that do not occur:"}
NAMES = {"before": "C before", "kernel": "kernel", "rust": "Rust"}


def table(job) -> None:
    """The first differences, C before, C after, Rust."""
    if not job.result or not job.result.differences:
        return
    differences = job.result.differences
    rows = show.rows(differences)
    chosen = show.select(rows, ROWS)
    print(f"\n{job.what}: where C before and {'Rust' if job.name == 'rust' else 'C after'} differ")
    if said := job.result.traits:
        print(f"  {said}")
    level = -1
    for row in chosen:
        difference = row.first
        if (now := show.rank(difference)[0]) != level and now in HEADS:
            print(f"  {HEADS[now]}")
        level = now
        print(f"  {difference.where}: {difference.state}")
        if row.copies:
            print(f"      the same  {row.copies}")
        print(f"      C before  {difference.before}")
        if difference.kernel not in ("", "not applicable", difference.before.partition(" | ")[0]):
            print(f"      kernel    {difference.kernel}")
        if job.name != "rust":
            print(f"      C after   {difference.after}")
        if difference.rust:
            print(f"      Rust      {difference.rust}")
    if len(rows) > len(chosen) or len(differences) > len(rows):
        per_operation = {}
        for difference in differences:
            per_operation[difference.where] = per_operation.get(difference.where, 0) + 1
        rest = ", ".join(f"{where} {count}" for where, count in per_operation.items())
        print(f"  ... {len(differences)} in all, of {len(rows)} kinds: {rest}")
    for word, meaning in show.legend(chosen):
        print(f"      {word:<15} {meaning}")
    print()


def schedules_tried(job) -> None:
    """How much of the schedules was tried."""
    if not job.result or not job.result.schedules.mixes:
        return
    done = job.result.schedules
    bounds = ", ".join(f"{name} with at most {count} preemptions" for name, count in done.preemptions.items())
    print(
        f"  schedules of {job.what}: {', '.join(done.mixes)} (readers-writers); all orders"
        f"{f' ({bounds})' if bounds else ''}: {done.runs} runs, {done.states} states, {done.steps} steps;"
        f" random: {done.rounds} runs, {done.events} steps, SEED={done.seed}"
        f"{'; larger scenes and mixes left out, smaller ones differ (FULL=1: all)' if done.cut_short else ''}"
    )


def command(kernel, job) -> str:
    """What leads to this job again."""
    name = kernel.info.get("NAME", "stock")
    on = "" if name == "stock" else f" KERNEL={name}"
    what = {"": "", "patch": f" PATCH={job.what}", "tree": f" TREE={job.what}"}[job.kind]
    return f"make diff{on}{what}{f' SEED={job.result.schedules.seed}' if job.result else ''}"


def cell(job, records: dict, wanted: str) -> None:
    """One cell of the matrix, "operation word" or with the rest of the state, all sides."""
    sides = dict.fromkeys(("before", "kernel", job.name, "rust"))
    found = 0
    for key in records["before"].cells:
        place = (key[0].removesuffix("@watch"), *map(str, key[1:]))
        if place[: len(wanted.split())] != tuple(wanted.split()):
            continue
        found += 1
        print(f"  {compare.operation_name(key[0])}: {compare.state_name(key)}")
        for side in sides:
            print(f"      {NAMES.get(side, 'C after'):<9} {compare.outcome(records[side], key)}")
    if not found:
        print(f"  no cell {wanted!r}: give an operation and a word in decimal, as the report does")


def collect(kernel, jobs, records: dict, predicates: dict, seconds: float) -> dict:
    """All that was seen, for report.json and report.html."""
    return {
        "kernel": {key: kernel.info.get(key, "") for key in ("NAME", "RELEASE", "PACKAGE", "CC", "LLVM", "RUSTC")},
        "seconds": round(seconds, 1),
        "predicates": predicates,
        "sides": {
            name: {
                "flag": record.flag,
                "limit": record.limit,
                "not_applicable": record.not_applicable,
                "lacks": record.lacks,
                "watchpoints": record.watchpoints,
                "rounds": schedules.digest(record),
                "cells": {" ".join(map(str, key)): outcome for key, outcome in record.cells.items()},
                "checks": {" ".join(map(str, key)): checks for key, checks in record.checks.items() if checks},
            }
            for name, record in records.items()
            if record.cells
        },
        "jobs": [
            {
                "name": job.name,
                "what": job.what,
                "kind": job.kind,
                "verdict": job.verdict,
                "reason": job.reason,
                "ordering": job.ordering,
                "command": command(kernel, job),
                "tree": job.version,
                "patch": job.patch,
                "files": job.applied.files,
                "not_examined": job.applied.not_examined,
                "not_compared": job.applied.not_compared,
                "notes": job.applied.notes,
                "schedules": vars(job.result.schedules) if job.result else {},
                "traits": job.result.traits if job.result else "",
                "differences": [vars(difference) for difference in job.result.differences] if job.result else [],
                "rows": [
                    vars(row.first) | {"copies": row.copies, "count": row.count, "level": show.rank(row.first)[0]}
                    for row in show.rows(job.result.differences if job.result else [])
                ],
            }
            for job in jobs
        ],
    }


def write(out: Path, kernel, jobs, records: dict, predicates: dict, seconds: float) -> None:
    report = collect(kernel, jobs, records, predicates, seconds)
    (out / "report.json").write_text(json.dumps(report, indent=1))
    (out / "report.html").write_text(html.page(report))
