# SPDX-License-Identifier: GPL-2.0
"""Commits of any kernel checkout to patches."""

import re
from pathlib import Path

from . import InputError, git, said
from .mails import Patch, Read, look


def _ask(tree: Path, *arguments: str) -> str:
    done = git(*arguments, where=tree)
    if done.returncode:
        raise InputError(f"{tree}: git {arguments[0]} says {said(done)}")
    return done.stdout.decode(errors="replace").strip()


def commit(tree: Path, name: str) -> str:
    """Its full name; empty: the tree has none such, or is no git checkout."""
    done = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", where=tree)
    return "" if done.returncode else done.stdout.decode().strip()


def ends(given: str, tree: Path) -> tuple[str, str, str]:
    """The full names of base and topic, and the dots between them; or of one commit."""
    if not tree.is_dir():
        raise InputError(f"{tree}: no such folder; TREE= is a git checkout of the kernel")
    if git("rev-parse", "--git-dir", where=tree).returncode:
        raise InputError(f"{tree} is no git checkout: RANGE= needs one")
    first, dots, last = given.partition("..")
    if last.startswith("."):
        raise InputError(f"RANGE={given}: expected base..topic (two dots) or one commit")
    names = {name: commit(tree, name) for name in ((first or "HEAD", last or "HEAD") if dots else (first,))}
    if unknown := next((name for name, full in names.items() if not full), None):
        raise InputError(f"{tree} has no commit {unknown}")
    return names[first or "HEAD"] if dots else names[first], dots, names[last or "HEAD"] if dots else ""


def read(given: str, tree: Path, source: Path) -> tuple[Read, str]:
    """The commits of base..topic, or one; and the commit that they begin at."""
    first, dots, last = ends(given, tree)
    if dots:
        base = _ask(tree, "merge-base", first, last)
        listed = _ask(tree, "rev-list", "--reverse", "--topo-order", "--parents", f"{base}..{last}")
    else:
        listed = _ask(tree, "rev-list", "--max-count=1", "--parents", first)
    rows = [row.split() for row in listed.splitlines()]
    if not rows:
        raise InputError(f"{tree}: the range {given} holds no commit")
    if not dots:
        if len(rows[0]) != 2:
            what = "a merge" if len(rows[0]) > 2 else "a root commit, or the checkout is shallow"
            raise InputError(f"{tree}: {given} is {what}: give base..topic")
        base = rows[0][1]
    found = Read(base_commit=base)
    merges = sum(len(row) > 2 for row in rows)
    if merges:
        found.notes.append(f"{merges} merges are left out")
    rows = [row for row in rows if len(row) == 2]
    for number, (name, _parent) in enumerate(rows, 1):
        subject, author, text = _ask(tree, "show", "-s", "--format=%s%x00%an <%ae>%x00%B", name).split("\0")
        done = git("diff-tree", "-p", "--full-index", "--binary", "-M", f"{name}^", name, where=tree)
        if done.returncode:
            raise InputError(f"{tree}: git diff-tree says {said(done)}")
        patch = Patch(f"commit {name[:12]}", subject, done.stdout, author, text=text)
        if not done.stdout.strip():
            found.notes.append(f"{patch.called} changes no file")
            continue
        patch.number, patch.total = number, len(rows)
        look(patch, source)
        found.patches.append(patch)
    if not found.patches:
        raise InputError(f"{tree}: no commit of {given} changes a file")
    return found, base


def file(tree: Path, name: str, path: str) -> str | None:
    """A file of a commit; None: it has none such."""
    done = git("show", f"{name}:{path}", where=tree)
    return None if done.returncode else done.stdout.decode(errors="surrogateescape")


def blobs(tree: Path, patches: list[Patch]) -> dict[str, str]:
    """The files that patches were made for, by their index lines, where the checkout has them."""
    found: dict[str, str] = {}
    for patch in patches:
        text = patch.diff.decode(errors="replace")
        for name, blob in re.findall(
            r"^diff --git a/(\S+) b/\1\n(?:\w.*\n)*?index ([0-9a-f]{7,64})\.\.", text, re.MULTILINE
        ):
            if name not in found and blob.strip("0"):
                done = git("cat-file", "blob", blob, where=tree)
                found[name] = "" if done.returncode else done.stdout.decode(errors="surrogateescape")
    return {name: text for name, text in found.items() if text}


def objects(tree: Path) -> Path:
    """Where git keeps what --3way looks for."""
    return Path(_ask(tree, "rev-parse", "--path-format=absolute", "--git-path", "objects"))
