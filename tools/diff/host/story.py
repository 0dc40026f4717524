# SPDX-License-Identifier: GPL-2.0
"""What is said of a series: a line a patch, and a text to reply with."""


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
