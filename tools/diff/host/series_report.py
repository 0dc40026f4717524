# SPDX-License-Identifier: GPL-2.0
"""report.json and report.html of a series. tools/diff/report.schema.json describes the first."""

import json
from html import escape
from pathlib import Path
from types import SimpleNamespace

from . import compare, html, report, show, story

VERSION = 1
KERNEL = ("NAME", "RELEASE", "PACKAGE", "CC", "LLVM", "RUSTC")


def _verdict(verdict) -> dict:
    """Without the differences."""
    if not verdict:
        return {"verdict": "", "means": "", "reason": ""}
    return {"verdict": verdict.verdict, "means": verdict.means, "reason": verdict.reason}


def _rows(verdict) -> list[dict]:
    differences = verdict.result.differences if verdict.result else []
    return [
        vars(row.first) | {"copies": row.copies, "count": row.count, "level": show.rank(row.first)[0]}
        for row in show.rows(differences)
    ]


def collect(series, kernel, seed: int, runner) -> dict:
    """All that is told, in the order of the series; times and hosts are no part of it."""
    read = series.read
    name = kernel.info.get("NAME", "stock")
    on = "" if name == "stock" else f" KERNEL={name}"
    patches = []
    for patch in series.patches:
        one, done = patch.read, patch.verdict
        patches.append(
            {
                key: one[key]
                for key in ("number", "total", "subject", "author", "message_id", "where", "patch", "touched", "calls")
            }
            | _verdict(done)
            | {
                "notes": one["notes"],
                "files": sorted(one["files"]),
                "callers": story.callers_in_short(one["calls"]),
                "base": _verdict(patch.base),
                "not_examined": done.not_examined,
                "not_compared": done.not_compared,
                "schedules": vars(done.result.schedules) if done.result else {},
                "traits": done.result.traits if done.result else "",
                "rows": _rows(done),
                "differences": len(done.result.differences) if done.result else 0,
            }
        )
    return {
        "version": VERSION,
        "kind": "series",
        "verdict": "",
        "reason": "",
        "kernel": {key: kernel.info.get(key, "") for key in KERNEL},
        "base": {key: read["base"][key] for key in ("commit", "version")},
        "cover": read["cover"],
        "asked": read["asked"],
        "command": f"make diff{on} {read['asked']} SEED={seed}",
        "seed": seed,
        "notes": read["notes"],
        "pre_existing": runner.pre_existing(),
        "seconds": 0,
        "patches": patches,
    }


def cell(patch, records: dict, wanted: str) -> None:
    """One cell of the matrix, of a single patch."""
    names = dict.fromkeys(("before", "kernel", patch.after.name, "rust"))
    if not all(name in records and records[name].cells for name in ("before", patch.after.name)):
        print("  no cell: the states were not run, the verdict needed none")
        return
    for key in records["before"].cells:
        place = (key[0].removesuffix("@watch"), *map(str, key[1:]))
        if place[: len(wanted.split())] == tuple(wanted.split()):
            print(f"  {compare.operation_name(key[0])}: {compare.state_name(key)}")
            for side in names:
                print(f"      {report.NAMES.get(side, 'C after'):<9} {compare.outcome(records[side], key)}")


def _css(patch: dict) -> str:
    return patch["verdict"].split()[0] if patch["means"] or patch["verdict"] != "identical" else "dim"


def _entry(number: int, patch: dict) -> str:
    verdict = story.said(patch["verdict"], patch["means"], patch["reason"])
    return (
        f'<tr><td><a href="#p{number}">{patch["number"]}/{patch["total"]}</a></td><td>{escape(patch["subject"])}</td>'
        f'<td class="verdict {_css(patch)}">{escape(verdict)}</td><td>{escape(patch["base"]["verdict"])}</td></tr>'
    )


def _section(number: int, patch: dict) -> str:
    facts = [
        ("Author", escape(patch["author"])),
        ("Mail", escape(patch["message_id"] or patch["where"])),
        ("Files of the protocol", escape(", ".join(patch["files"]))),
        ("Hunks", escape("; ".join(patch["notes"]))),
        ("Against the base", escape(story.said(**patch["base"]) if patch["base"]["verdict"] else "")),
        ("Not compared", escape("; ".join(patch["not_compared"]))),
        ("Not examined", escape("; ".join(patch["not_examined"]))),
        ("Callers", "<br>".join(escape(line) for line in story.caller_lines(patch["calls"]))),
    ]
    verdict = story.said(patch["verdict"], patch["means"], patch["reason"])
    more = f"; {patch['reason']}" if patch["means"] and patch["reason"] else ""
    body = f'<h2 id="p{number}">{escape(story.label(patch))}</h2>'
    body += f'<p class="verdict {_css(patch)}">{escape(verdict + more)}</p>{html.fact_table(facts)}{html.patch_text(patch["patch"])}'
    if patch["rows"]:
        shown = patch | {"kind": "patch", "differences": range(patch["differences"])}
        body += html.difference_table(shown) + html.pictures(shown)
    return f"<section>{body}</section>"


def page(text: dict) -> str:
    kernel, base = text["kernel"], text["base"]
    facts = [
        ("Verdict", escape(f"{text['verdict']} \u2014 {text['reason']}")),
        ("Base", escape(f"{base['commit'] or kernel['PACKAGE'] or kernel['RELEASE']}, Linux {base['version']}")),
        ("Kernel", escape(f"Linux {kernel['RELEASE']} {kernel['PACKAGE']}")),
        ("Again", f"<code>{escape(text['command'])}</code>"),
        ("In the base already", escape(text["pre_existing"])),
        ("Notes", escape("; ".join(text["notes"]))),
        ("Time", f"{text['seconds']} s"),
    ]
    rows = "".join(_entry(number, patch) for number, patch in enumerate(text["patches"]))
    body = "".join(_section(number, patch) for number, patch in enumerate(text["patches"]))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>vma_lock: make diff</title>'
        f"<style>{(html.HERE / 'report.css').read_text()}</style></head><body>"
        f"<h1>{escape(text['cover'] or 'Per-VMA lock: a series')}</h1>{html.fact_table(facts)}"
        f'<div class="scroll"><table class="list series"><tr><th>patch</th><th>subject</th><th>verdict</th><th>against the base</th>'
        f"</tr>{rows}</table></div>{body}</body></html>\n"
    )


def write(out: Path, text: dict) -> None:
    (out / "report.json").write_text(json.dumps(text, indent=1))
    (out / "report.html").write_text(page(text))


def write_matrix(out: Path, series, runner, text: dict) -> None:
    """Of a single patch on the kernel's own files whose states were run: the page with the matrix of them."""
    patch, records = series.patches[0], runner.records
    name = runner.one(patch.after).name
    wanted = ("kernel", "rust", "before", name)
    if runner.one(patch.before).name != "before" or not all(side in records and records[side].cells for side in wanted):
        return
    one, done = text["patches"][0], patch.verdict
    applied = SimpleNamespace(
        files=one["files"], not_examined=done.not_examined, not_compared=done.not_compared, notes=one["notes"]
    )
    job = SimpleNamespace(
        name=name, what=patch.read["where"], kind="patch", verdict=done.verdict, reason=done.reason, result=done.result,
        version=f"the same with {one['subject']}", patch=one["patch"], applied=applied,
        ordering=done.ordering,
    )  # fmt: skip
    seen = report.collect(
        runner.kernel, [job], {side: records[side] for side in wanted}, runner.predicates, text["seconds"]
    )
    (out / "report.html").write_text(html.page(seen))
