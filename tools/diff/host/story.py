# SPDX-License-Identifier: GPL-2.0
"""What is said of a series: a line a patch, what is behind it, and a text to reply with."""

import textwrap

WIDTH, LINES = 72, 25


def label(patch: dict) -> str:
    """3/10 mm: rename is_vma_writer_only()"""
    width = len(str(patch["total"]))
    return f"{patch['number']:>{width}}/{patch['total']} {patch['subject']}"


def as_read(series: dict) -> list[str]:
    """What was read, before anything is compared."""
    base = series["base"]
    lines = [f"base: {base['commit'][:12] or 'the kernel'}, Linux {base['version']}"]
    lines += [f"note: {note}" for note in series["notes"]]
    for patch in series["patches"]:
        what = patch["error"] or ", ".join(patch["files"]) or "nothing of the protocol touched"
        lines.append(f"{label(patch)}: {what}")
        lines += [f"    {note}" for note in patch["notes"]]
    return lines


def said(verdict: str, means: str, reason: str) -> str:
    """identical (states, schedules)"""
    if verdict == "could not tell":
        return f"could not tell: {reason}"
    if not means:
        return reason
    return f"{verdict} ({means})"


def line(patch) -> str:
    done = patch.verdict
    more = [f"not compared: {', '.join(done.not_compared)}"] if done.not_compared else []
    more += [f"not examined: {', '.join(done.not_examined)}"] if done.not_examined else []
    again = (
        ["as the base again"] if done.verdict == "differs" and patch.base and patch.base.verdict == "identical" else []
    )
    more = again + more
    calls = callers_in_short(patch.read["calls"])
    return "; ".join([f"{label(patch.read)}: {said(done.verdict, done.means, done.reason)}", *more, *calls])


def callers_in_short(calls: list[dict]) -> list[str]:
    changed = [change for file in calls for change in file["changes"]]
    other = [change["function"] for change in changed if change["before"] != change["after"]]
    broken = [change for change in changed if change["broken"]]
    if broken:
        return [f"caller {broken[0]['function']}(): {broken[0]['broken'][0]}"]
    if other:
        more = f" and {len(other) - 3} more" if len(other) > 3 else ""
        return [f"callers lock in another order: {', '.join(f'{name}()' for name in other[:3])}{more}"]
    return []


def _sequence(calls: list[str]) -> str:
    """a b b c, b twice in a row said once."""
    parts: list[list] = []
    for call in calls:
        if parts and parts[-1][0] == call:
            parts[-1][1] += 1
        else:
            parts.append([call, 1])
    return " ".join(name + (f"*{count}" if count > 1 else "") for name, count in parts) or "none"


def caller_lines(calls: list[dict]) -> list[str]:
    """By function: what it calls, before and after; and of which nothing can be said."""
    lines = []
    for file in calls:
        if file["unknown"]:
            functions = ", ".join(f"{name}()" for name in file["functions"]) or "all of it"
            lines.append(f"not examined: {file['file']}: {functions} ({file['unknown']})")
            continue
        quiet = []
        for change in file["changes"]:
            place = f"{file['file']}: {change['function']}()"
            if change["before"] != change["after"]:
                lines.append(f"{place} locks in another order")
                lines += [f"    before: {_sequence(change['before'])}", f"    after:  {_sequence(change['after'])}"]
                lines += [f"    looks like a broken rule: {rule}" for rule in change["broken"]]
            elif change["before"]:
                lines.append(f"not examined but for its locking: {place}, as before: {_sequence(change['before'])}")
            else:
                quiet.append(f"{change['function']}()")
        if quiet:
            lines.append(f"not examined: {file['file']}: {', '.join(quiet)} (no locking in them)")
    return lines


def details(report: dict, rows: int) -> list[str]:
    """What stands below the lines, with so many differences of each patch."""
    lines = []
    if report["pre_existing"]:
        lines += ["", f"in the base already, and not counted: C and Rust differ, {report['pre_existing']}"]
    for patch in report["patches"]:
        part = [f"    {note}" for note in patch["notes"]]
        for row in patch["rows"][:rows]:
            part += [
                f"    {row['where']}: {row['state']}",
                f"        before  {row['before']}",
                f"        after   {row['after']}",
            ]
            part += [f"        Rust    {row['rust']}"] if row["rust"] else []
        if rows and len(patch["rows"]) > rows:
            part.append(f"    ... of {len(patch['rows'])} kinds; all are in the report")
        if patch["rows"] and patch["base"]["verdict"] == "identical":
            part.append("    against the base of the series: identical")
        part += [f"    {text}" for text in caller_lines(patch["calls"])]
        if part:
            lines += ["", f"{label(patch)}", *part]
    return [*lines, ""] if lines else []


def _wrap(text: str, indent: str = "  ", at_most: int = 3) -> list[str]:
    lines = textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=True, break_on_hyphens=False)
    if len(lines) > at_most:
        lines = lines[:at_most]
        lines[-1] = lines[-1][: WIDTH - 4] + " ..."
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 4].rstrip() + " ..."


def mail(report: dict) -> str:
    """To be pasted into a reply."""
    base, kernel = report["base"], report["kernel"]
    name = (
        f"commit {base['commit'][:12]}, Linux {base['version']}"
        if base["commit"]
        else f"{kernel['PACKAGE'] or kernel['RELEASE']}"
    )
    lines = _wrap(
        f"Compared with the per-VMA lock of {name}; kernel {kernel['NAME']} {kernel['RELEASE']}, SEED={report['seed']}."
    )
    lines.append("")
    patches = report["patches"]
    named = [patch for patch in patches if patch["verdict"] != "identical" or patch["callers"] or len(patches) == 1]
    rest = [patch for patch in patches if patch not in named]
    tail = _wrap(f"As a whole: {report['verdict']}, {report['reason']}", at_most=2) + ["", "To repeat:"]
    tail += _wrap(f"  {report['command']}", "    ", 2)
    first = next((patch for patch in report["patches"] if patch["rows"]), None)
    shown = []
    if first:
        row = first["rows"][0]
        shown = ["", f"First difference, patch {first['number']}/{first['total']}:"]
        shown += _wrap(f"  {row['where']}: {row['state']}", "    ", 3)
        shown += [_cut(f"    before: {row['before']}"), _cut(f"    after:  {row['after']}")]
    same: dict[str, list[str]] = {}
    for patch in rest:
        same.setdefault(said("identical", patch["means"], patch["reason"]), []).append(str(patch["number"]))
    groups = [row for text, numbers in same.items() for row in _wrap(f"{text}: {', '.join(numbers)}", at_most=2)]
    room = LINES - len(lines) - len(shown) - len(tail) - len(groups) - 2
    order = {"differs": 0, "could not tell": 1, "identical": 2}
    kept = named if len(named) <= room else sorted(named, key=lambda patch: order[patch["verdict"]])[: room - 1]
    for patch in [patch for patch in named if patch in kept]:
        text = "; ".join([said(patch["verdict"], patch["means"], patch["reason"]), *patch["callers"]])
        lines.append(_cut(f"{patch['number']}/{patch['total']}: {text}: {patch['subject']}"))
    if len(named) > len(kept):
        lines.append(f"... and {len(named) - len(kept)} more")
    lines += groups
    lines += [*shown, "", *tail]
    return "\n".join(line.rstrip() for line in lines[:LINES]) + "\n"
