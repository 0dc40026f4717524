# SPDX-License-Identifier: GPL-2.0
"""The files that define the protocol: out of a tree, with a patch on them."""

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import CannotTell

PROTOCOL = (
    "include/linux/mmap_lock.h",
    "mm/mmap_lock.c",
    "include/linux/mm_types.h",
    "include/linux/rcuwait.h",
    "include/linux/refcount.h",
)

# What the predicate has been called, newest first.
PREDICATES = ("__vma_are_readers_excluded", "are_readers_excluded", "is_vma_writer_only")


@dataclass
class Applied:
    """What became of a patch."""

    files: list[str] = field(default_factory=list)
    not_examined: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # hunks that did not apply exactly


def write(path: Path, text: str) -> None:
    """Leave a file alone that has this content, so that nothing is built again."""
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read_tree(tree: Path) -> dict[str, str]:
    """The protocol files of a kernel tree."""
    files = {}
    for name in PROTOCOL:
        try:
            files[name] = (tree / name).read_text()
        except OSError as error:
            raise CannotTell(f"{tree} is no kernel source tree: {name}: {error.strerror}") from None
    return files


def predicate(files: dict[str, str]) -> str:
    """The name of the predicate; refuses a tree whose protocol is another one."""
    header = files["include/linux/mmap_lock.h"]
    for name in PREDICATES:
        found = re.search(rf"^static inline .*\b{name}\(", header, re.MULTILINE)
        if found and "VM_REFCNT_EXCLUDE_READERS_FLAG" in files["include/linux/mm_types.h"]:
            return name
    raise CannotTell(
        "unknown shape of the protocol: looked in include/linux/mmap_lock.h for one of "
        + ", ".join(f"{name}()" for name in PREDICATES)
        + ", and in include/linux/mm_types.h for VM_REFCNT_EXCLUDE_READERS_FLAG"
    )


def _sections(patch: str) -> list[tuple[str, str]]:
    """(name of the file, its part of the patch), in order."""
    sections = []
    lines = patch.splitlines(keepends=True)
    start = None
    for number, line in enumerate(lines):
        old = re.match(r"--- (\S+)", line)
        new = re.match(r"\+\+\+ (\S+)", lines[number + 1]) if number + 1 < len(lines) else None
        if not (old and new):
            continue
        name = new[1] if new[1] != "/dev/null" else old[1]
        if start is not None:
            sections[-1] = (sections[-1][0], "".join(lines[start:number]))
        sections.append((re.sub(r"^[^/]+/(?=include/|mm/|\w+/)", "", name, count=1), ""))
        start = number
    if start is not None:
        sections[-1] = (sections[-1][0], "".join(lines[start:]))
    return sections


def apply(patch: Path, files: dict[str, str], scratch: Path) -> tuple[dict[str, str], Applied]:
    """Apply a patch to the protocol files; the tree itself stays as it is."""
    try:
        text = patch.read_text(errors="surrogateescape")
    except OSError as error:
        raise CannotTell(f"cannot read the patch {patch}: {error.strerror}") from None
    if not text.strip():
        raise CannotTell(f"the patch {patch} is empty")
    sections = _sections(text)
    if not sections:
        raise CannotTell(f"{patch} is no patch: it has no '--- a/file' with '+++ b/file' below it (diff -u)")

    applied = Applied()
    wanted = ""
    for name, part in sections:
        if name in PROTOCOL:
            applied.files.append(name)
            wanted += f"--- a/{name}\n+++ b/{name}\n" + "".join(part.splitlines(keepends=True)[2:])
        else:
            applied.not_examined.append(name)
    if not wanted:
        raise CannotTell(
            f"{patch} touches none of the protocol's files ({', '.join(PROTOCOL)}), "
            f"only {', '.join(applied.not_examined)}"
        )

    shutil.rmtree(scratch, ignore_errors=True)
    for name, content in files.items():
        write(scratch / name, content)
    done = subprocess.run(
        ["patch", "-p1", "--force", "--no-backup-if-mismatch", "-d", str(scratch)],
        input=wanted.encode(errors="surrogateescape"),
        capture_output=True,
        check=False,
    )
    said = done.stdout.decode(errors="replace").splitlines()
    if done.returncode:
        failed = [line.strip() for line in said if "FAILED" in line or "malformed" in line or "Reversed" in line]
        errors = done.stderr.decode(errors="replace").splitlines()
        raise CannotTell(f"{patch} does not apply: {(failed or errors or said or ['patch said nothing'])[0]}")
    applied.notes = [line.strip() for line in said if "fuzz" in line or "offset" in line]
    result = read_tree(scratch)
    if result == files:
        raise CannotTell(f"{patch} changes nothing in the protocol's files")
    return result, applied
