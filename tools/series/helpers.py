# SPDX-License-Identifier: GPL-2.0
"""rust/helpers/: the tree has a file for each subject, ours go into those or become one of them."""

import re

from plan import HELPERS
from rules import rewritten
from source import Mismatch, functions

PREFIX, TREE_PREFIX = "vma_lock_helper_", "rust_helper_"


def signature(text: str) -> str:
    """__rust_helper and what follows up to the {, laid out as the kernel does."""
    match = re.fullmatch(r"__rust_helper (.*?)(\w+)\(([^()]*)\)", re.sub(r"\s+", " ", text))
    if not match or not match[2].startswith(PREFIX):
        raise Mismatch(f"rust/helpers: no helper: {text}")
    result, name, arguments = match[1], TREE_PREFIX + match[2].removeprefix(PREFIX), match[3]
    line = f"__rust_helper {result}{name}({arguments})"
    if len(line) <= 80:
        return line
    line = f"__rust_helper {result.rstrip()}\n{name}({arguments})"
    if len(line.split("\n")[1]) <= 80:
        return line
    out = [f"{name}("]
    column = len(out[0])
    for argument in re.split(r"(?<=,) ", arguments):
        if len(out[-1].expandtabs(8)) + len(argument) + 1 > 80:
            out.append("\t" * (column // 8) + " " * (column % 8) + argument)
        else:
            out[-1] += (" " if out[-1][-1] != "(" else "") + argument
    return f"__rust_helper {result.rstrip()}\n" + "\n".join(out) + ")"


def paragraphs(source: str, level: int, later: dict[str, int]) -> tuple[list[str], list[str]]:
    includes, found = functions(rewritten(f"rust/helpers/{source}"))
    names = {name.removeprefix(PREFIX) for name, _ in found}
    if missing := set(later) - names:
        raise Mismatch(f"rust/helpers/{source}: tools/series/plan.py names {missing}, which is not there")
    kept = []
    for name, text in found:
        if level < later.get(name.removeprefix(PREFIX), 0):
            continue
        if name:
            start = text.index("__rust_helper")
            end = text.index("\n{", start)
            text = text[:start] + signature(text[start:end]) + text[end:]
        kept.append(text)
    return includes, kept


def merged(text: str | None, includes: list[str], bodies: list[str]) -> str:
    """A file of the tree with the helpers at its end; made, if there is none."""
    text = text if text is not None else "// SPDX-License-Identifier: GPL-2.0\n\n"
    there = re.findall(r"^#include .*$", text, re.MULTILINE)
    wanted = "\n".join(sorted({*there, *includes}))
    first = text.index(there[0]) if there else len(text)
    last = text.rindex(there[-1]) + len(there[-1]) if there else len(text)
    text = text[:first] + wanted + text[last:]
    return text.rstrip("\n") + "\n\n" + "\n\n".join(bodies) + "\n"


def listed(text: str, name: str) -> str:
    """helpers.c, with NAME in its place among the others."""
    if f'#include "{name}"\n' in text:
        return text
    for match in re.finditer(r'^#include "(\w+\.c)"\n', text, re.MULTILINE):
        if match[1] > name:
            return text[: match.start()] + f'#include "{name}"\n' + text[match.start() :]
    raise Mismatch(f"rust/helpers/helpers.c: no place for {name}")


def texts(level: int, base) -> dict[str, str]:
    """What of rust/helpers/ the series touches up to LEVEL; BASE(path) is a file of the base tree, or None."""
    out = {}
    everything = base("rust/helpers/helpers.c")
    for source, dest, since, later in HELPERS:
        if level < since:
            continue
        path = f"rust/helpers/{dest}"
        out[path] = merged(base(path), *paragraphs(source, level, later))
        everything = listed(everything, dest)
    out["rust/helpers/helpers.c"] = everything
    return out
