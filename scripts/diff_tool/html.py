# SPDX-License-Identifier: GPL-2.0
"""One self-contained page: the matrix of operations and words, and what is behind each cell."""

import json
from html import escape

STYLE = """
:root { color-scheme: light dark; --ok: #2e9e5b; --bad: #d64545; --line: #8886; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto; padding: 0 1rem; max-width: 72rem; }
h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin-top: 2rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: 13px }
th, td { border: 1px solid var(--line); padding: 2px 5px; text-align: left; vertical-align: top }
thead th { writing-mode: vertical-rl; font-weight: normal; font-family: monospace }
button { width: 1.5rem; height: 1.5rem; border: 0; border-radius: 3px; background: var(--ok); color: #fff; cursor: pointer }
button.bad { background: var(--bad) } button:focus { outline: 2px solid CanvasText }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; margin: 0 }
.verdict { font-weight: 600 }
"""

SCRIPT = """
const report = JSON.parse(document.getElementById('data').textContent);
document.addEventListener('click', event => {
  const b = event.target.closest('button[data-op]');
  if (!b) return;
  const box = document.getElementById('trace-' + b.dataset.job);
  const sides = [...new Set(['before', b.dataset.job, 'rust'])];
  const rows = Object.keys(report.sides.before.cells)
    .filter(k => k.startsWith(b.dataset.op + ' ' + b.dataset.word + ' '));
  const table = document.createElement('table');
  const add = (cells, tag) => {
    const tr = table.insertRow();
    for (const text of cells) {
      const td = document.createElement(tag), pre = document.createElement('pre');
      pre.textContent = text; td.append(pre); tr.append(td);
    }
  };
  add(['write-locked, other mm, waiter, signal', ...sides], 'th');
  for (const k of rows) {
    const outcomes = sides.map(s => report.sides[s].cells[k]);
    add([(outcomes[0] === outcomes[1] ? '' : '\\u2260 ') + k.split(' ').slice(2).join(' '), ...outcomes], 'td');
  }
  box.replaceChildren(table);
});
"""


def _matrix(report: dict, job: dict) -> str:
    before, other = report["sides"]["before"]["cells"], report["sides"][job["name"]]["cells"]
    operations, words, bad = [], [], {}
    for key, outcome in before.items():
        operation, word = key.split()[:2]  # the word is decimal in the report
        if operation not in operations:
            operations.append(operation)
        if int(word) not in words:
            words.append(int(word))
        bad.setdefault((operation, int(word)), 0)
        bad[operation, int(word)] += other.get(key) != outcome
    words.sort()
    head = "".join(f"<th>{word:08x}</th>" for word in words)
    rows = ""
    for operation in operations:
        row = ""
        for word in words:
            count = bad.get((operation, word))
            if count is None:
                row += "<td></td>"
                continue
            mark, css = ("\u2260", ' class="bad"') if count else ("=", "")
            row += (
                f'<td><button{css} data-job="{job["name"]}" data-op="{operation}" data-word="{word}" '
                f'aria-label="{operation} {word:08x}: {count} differ">{mark}</button></td>'
            )
        rows += f"<tr><th>{escape(operation)}</th>{row}</tr>"
    return (
        f'<div class="scroll"><table class="matrix"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<h3>What is behind a cell</h3><div class="scroll" id="trace-{job["name"]}">Choose one above.</div>'
    )


def _differences(job: dict) -> str:
    rows = "".join(
        "<tr>" + "".join(f"<td><pre>{escape(str(d[c]))}</pre></td>" for c in ("where", "state", "before", "after", "rust")) + "</tr>"
        for d in job["differences"][:300]
    )
    if not rows:
        return ""
    return (
        f'<h3>{len(job["differences"])} differences</h3><div class="scroll"><table><tr><th>where</th><th>state</th>'
        f"<th>C before</th><th>after</th><th>Rust</th></tr>{rows}</table></div>"
    )


def page(report: dict) -> str:
    body = ""
    for job in report["jobs"]:
        command = {"": "make diff", "patch": f"make diff PATCH={job['what']}", "tree": f"make diff KDIR={job['what']}"}[job["kind"]]
        body += f'<h2>{escape(job["what"])}</h2><p class="verdict">verdict: {job["verdict"]} \u2014 {escape(job["reason"])}</p>'
        body += f"<p><code>{escape(command)}</code></p>"
        if job["not_examined"]:
            body += f"<p>Not examined: {escape(', '.join(job['not_examined']))}</p>"
        if job["name"] in report["sides"]:
            body += _differences(job) + _matrix(report, job)
    kernel = report["kernel"]
    data = json.dumps({"sides": {n: {"cells": s["cells"]} for n, s in report["sides"].items()}}).replace("</", "<\\/")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>vma_lock: make diff</title><style>{STYLE}</style></head><body><h1>Per-VMA lock: C before, C after, Rust</h1>"
        f"<p>Linux {escape(kernel['RELEASE'])}, {escape(kernel['CC'])}, {escape(kernel['RUSTC'])}; {report['seconds']} s</p>"
        f'{body}<script type="application/json" id="data">{data}</script><script>{SCRIPT}</script></body></html>\n'
    )
