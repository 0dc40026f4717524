# SPDX-License-Identifier: GPL-2.0
"""The scratch copy that mutants are planted in."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers import TOP, TREE, Lives


def copy_tree() -> None:
    """A copy of what is here. Files that are still as they were keep their time, and what was built from them."""
    here = {path.relative_to(TOP) for path in walk(TOP)}
    for path in set(walk(TREE)):
        if path.relative_to(TREE) not in here:
            path.unlink()
    for name in here:
        copy_changed(TOP / name, TREE / name)


def copy_changed(source: Path, target: Path) -> None:
    if not target.is_file() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def walk(top: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(top):
        left_out = {".git", "__pycache__"} | ({"build"} if Path(folder) == top else set())
        folders[:] = [name for name in folders if name not in left_out]
        yield from (Path(folder, name) for name in files if name not in (".git", "rust-project.json"))


@contextmanager
def planted(patch: str) -> Iterator[None]:
    """The copy with this patch for as long as that lasts. Raises Lives if it does not apply."""
    names = [line.removeprefix("+++ b/") for line in patch.splitlines() if line.startswith("+++ b/")]
    command = ["patch", "-s", "-p1", "--no-backup-if-mismatch", "-d", TREE]
    try:
        if subprocess.run(command, input=patch, text=True, check=False).returncode:
            raise Lives("does not apply, make it anew")
        yield
    finally:
        for name in names:
            # As new, so that what was built from the mutant is built again.
            shutil.copyfile(TOP / name, TREE / name)
            for leftover in (".rej", ".orig"):
                Path(f"{TREE / name}{leftover}").unlink(missing_ok=True)
