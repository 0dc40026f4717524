# SPDX-License-Identifier: GPL-2.0
"""One self-contained page: the matrix of operations and words, and what is behind each cell."""

import json
from html import escape
from pathlib import Path

from . import compare, lanes, show

HERE = Path(__file__).parent
SHOWN = 200
PICTURES = 3
HEADS = {"before": "C before", "kernel": "running kernel", "after": "C after", "rust": "Rust"}


def _operation(key: str) -> str:
    """The row of a cell; that with watchpoints is not one of its own."""
    return key.split()[0].removesuffix("@watch")


def _shown(side: dict) -> dict[str, str]:
    checks = side["checks"]
    return {key: f"{done} | {checks[key]}" if key in checks else done for key, done in side["cells"].items()}


def _data(report: dict) -> dict:
    """All cells, small: outcomes by number, and of all sides but one only what is other there."""
    numbers, states, before, others = {}, {}, {}, {}

    def number(outcome: str) -> int:
        return numbers.setdefault(outcome, len(numbers))

    sides = report["sides"]
    place = {}
    for key, outcome in _shown(sides["before"]).items():
        operation, word, *rest = key.split()
        watch = operation.endswith("@watch")
        state = "s" + "".join(rest) + ("w" if watch else "")
        if state not in states:
            name = compare.state_name(("", 1, *map(int, rest))).split(", ", 1)[1]
            states[state] = name + (", watched" if watch else "")
        before.setdefault(_operation(key), {}).setdefault(word, {})[state] = number(outcome)
        place[key] = f"{_operation(key)} {word} {state}"
    for name, side in sides.items():
        if name != "before":
            # What the kernel leaves out is not asked of these.
            plain = name in ("kernel", "rust")
            cells = side["cells"] if plain else _shown(side)
            others[name] = {
                place[key]: number(cells.get(key, "not applicable"))
                for key, outcome in (sides["before"]["cells"] if plain else _shown(sides["before"])).items()
                if cells.get(key) != outcome
            }
    return {
        "outcomes": list(numbers),
        "states": states,
        "before": before,
        "others": others,
        "commands": {job["name"]: job["command"] for job in report["jobs"]},
    }


def _matrix(data: dict, job: dict) -> str:
    other = data["others"][job["name"]]
    words = sorted({int(word) for row in data["before"].values() for word in row})
    head = "".join(f"<th>{compare.word_name(word)}</th>" for word in words)
    rows, differing = "", 0
    for operation, row in data["before"].items():
        name, cells = compare.operation_name(operation), ""
        for word in words:
            if str(word) not in row:
                cells += "<td></td>"
                continue
            count = sum(f"{operation} {word} {state}" in other for state in row[str(word)])
            differing += bool(count)
            title = f"{name}, word {compare.word_name(word)}: {count} of {len(row[str(word)])} states differ"
            cells += (
                f'<td><button class="cell{" bad" if count else ""}" data-job="{job["name"]}" data-op="{operation}" '
                f'data-word="{word}" title="{escape(title)}">{count or ""}</button></td>'
            )
        rows += f'<tr><th title="{escape(name)}">{escape(name)}</th>{cells}</tr>'
    return (
        f"<h3>Operation × vm_refcnt: {differing} of {sum(map(len, data['before'].values()))} differ</h3>"
        '<p class="legend dim"><span></span>the same in all states<span class="bad"></span>the number of states that differ. '
        "Choose one.</p>"
        f'<div class="scroll"><table class="matrix"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<div class="trace" id="trace-{job["name"]}"></div>'
    )


LEVELS = {3: "where a caller breaks the rules", 4: "cannot be reached", 5: "does not occur"}


def _other(row: dict, column: str) -> str:
    """What is not as before stands out."""
    before = row["before"] if column == "after" else row["before"].partition(" | ")[0]
    return "" if row[column] in ("", "not applicable", row["before"], before) else ' class="other"'


def difference_table(job: dict) -> str:
    """One row for a difference and its copies."""
    columns = ("before", "kernel", "after", "rust")
    if not job["kind"]:
        columns = ("before", "kernel", "rust")
    rows = ""
    for row in job["rows"][:SHOWN]:
        copies = f"<p class='dim'>the same {escape(row['copies'])}</p>" if row["copies"] else ""
        level = f"<p class='level'>{LEVELS[row['level']]}</p>" if row["level"] in LEVELS else ""
        cells = "".join(f"<td{_other(row, column)}>{escape(str(row[column]))}</td>" for column in columns)
        rows += (
            f"<tr{' class=far' if level else ''}><td>{escape(row['where'])}</td><td>{level}{escape(row['state'])}{copies}</td>"
            f"{cells}<td>{row['count']}</td></tr>"
        )
    head = "".join(f"<th>{HEADS.get(column, column)}</th>" for column in ("where", "state", *columns, "states"))
    more = f"<p class='dim'>The first {SHOWN}; all are in report.json.</p>" if len(job["rows"]) > SHOWN else ""
    legend = "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in show.LEGEND.items())
    traits = f'<p class="traits">{escape(job["traits"])}</p>' if job["traits"] else ""
    return (
        f"<h3>{len(job['differences'])} differences, of {len(job['rows'])} kinds</h3>{traits}{more}"
        f'<div class="scroll"><table class="list">'
        f"<tr>{head}</tr>{rows}</table></div><details><summary>What the words mean</summary><dl>{legend}</dl></details>"
    )


def pictures(job: dict) -> str:
    """Of the first schedules that differ."""
    body = ""
    for row in [row for row in job["rows"] if row["lanes"]][:PICTURES]:
        text = f"{row['where']}: {row['state']}"
        body += f"<h3>{escape(text)}</h3>{lanes.picture(row['lanes'])}"
    return body


def patch_text(text: str) -> str:
    lines = ""
    for line in text.splitlines():
        css = {"+": "add", "-": "del"}.get(line[:1])
        lines += f'<span class="{css}">{escape(line)}</span>\n' if css else escape(line) + "\n"
    return f"<details><summary>The patch</summary><pre>{lines}</pre></details>"


def fact_table(rows: list[tuple[str, str]]) -> str:
    body = "".join(f'<tr><td class="dim">{key}</td><td>{value}</td></tr>' for key, value in rows if value)
    return f'<table class="facts">{body}</table>'


def _job(report: dict, data: dict, job: dict) -> str:
    facts = [
        ("Again", f"<code>{escape(job['command'])}</code>"),
        ("C after", escape(job["tree"])),
        ("Files", escape(", ".join(job["files"]))),
        ("Hunks", escape("; ".join(job["notes"]))),
        ("Not compared", escape("; ".join(job["not_compared"]))),
        ("Not examined", escape("; ".join(job["not_examined"]))),
    ]
    verdict = f"verdict: {job['verdict']} — {job['reason']}"
    body = f'<h2>{escape(job["what"])}</h2><p class="verdict {job["verdict"].split()[0].strip(",")}">{escape(verdict)}</p>{fact_table(facts)}'
    if job["patch"]:
        body += patch_text(job["patch"])
    if job["differences"]:
        body += difference_table(job) + pictures(job)
    body += _orderings(job.get("ordering", {}))
    if job["name"] in report["sides"]:
        body += _matrix(data, job)
    return f"<section>{body}</section>"


def _orderings(ordering: dict) -> str:
    """What is ordered otherwise, operation by operation: (who comes first) x (before what)."""
    body = ""
    for matrix in ordering.get("matrices", []):
        body += f"<details><summary>memory ordering: {escape(matrix['operation'])}()</summary><table><tr><td></td>"
        body += "".join(f"<th>{escape(name)}</th>" for name in matrix["accesses"]) + "</tr>"
        for name, row in zip(matrix["accesses"], matrix["cells"], strict=True):
            cells = [escape(was if was == now else f"{was or 'nothing'} -> {now or 'nothing'}") for was, now in row]
            body += f"<tr><th>{escape(name)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        body += "</table></details>"
    return body


def page(report: dict) -> str:
    kernel, sides = report["kernel"], report["sides"]
    data = _data(report) if sides else {}
    facts = [
        ("Kernel, C before", escape(f"Linux {kernel['RELEASE']} {kernel['PACKAGE']}")),
        ("Compilers", escape(", ".join(filter(None, (kernel["CC"] or f"clang{kernel['LLVM']}", kernel["RUSTC"]))))),
        ("Time", f"{report['seconds']} s"),
    ]
    if sides:
        running = sides["kernel"]
        same = sum(sides["before"]["cells"].get(key) == outcome for key, outcome in running["cells"].items())
        text = f"does as its C compiled anew in {same} of {len(running['cells'])} states"
        facts.append(("Running kernel", escape("; not applicable: ".join([text, *running["lacks"]]))))
        facts.append(("Not applicable", f"{sides['before']['not_applicable']} states: a second waiter beside a writer"))
    body = "".join(_job(report, data, job) for job in report["jobs"])
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>vma_lock: make diff</title>'
        f"<style>{(HERE / 'report.css').read_text()}</style></head><body>"
        f"<h1>Per-VMA lock: C before, C after, Rust</h1>{fact_table(facts)}{body}"
        f'<script type="application/json" id="data">{json.dumps(data).replace("</", "<" + chr(92) + "/")}</script>'
        f"<script>{(HERE / 'report.js').read_text()}</script></body></html>\n"
    )
