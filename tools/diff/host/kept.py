# SPDX-License-Identifier: GPL-2.0
"""What the unpatched tree came to in the guest: a patch pays for its own part only.

Kept by content: the kernel's image, the module with Rust in it, the C side, and how they are booted. Only
what arrived whole and agrees is kept; AGAIN=1 in the environment uses none of it.
"""

import hashlib
import json
import os
import zlib
from pathlib import Path

from . import compare
from .record import Record, parse
from .sides import TOP, Kernel

# Each is of some kernel, or of some day's Rust.
AT_MOST = 8


def again() -> bool:
    return bool(os.environ.get("AGAIN"))


class Kept:
    def __init__(self, folder: Path, kernel: Kernel, modules: Path):
        digest = hashlib.sha256()
        inputs = [kernel.dir / "vmlinuz", modules / "vma_lock_diff.ko", next(modules.glob("side_*_before.ko"))]
        inputs += sorted(path for path in (TOP / "tools/diff/guest").rglob("*") if path.is_file())
        inputs += [TOP / "tools/diff/host/boot.py"]
        for path in inputs:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        self._folder, self._file = folder, folder / digest.hexdigest()[:24]

    def load(self) -> dict[str, Record]:
        """Empty: nothing is kept of these."""
        if again() or not self._file.is_file():
            return {}
        try:
            texts = json.loads(zlib.decompress(self._file.read_bytes()))
        except (zlib.error, ValueError):  # cut off: as good as none
            return {}
        self._file.touch()
        return {name: parse(name, text) for name, text in texts.items()}

    def keep(self, texts: dict[str, str], records: dict[str, Record]) -> None:
        """Unless they disagree: then it is worth another look, each time."""
        of_c = compare.cross_check(records["before"], records["kernel"])
        if of_c or compare.cells(records["before"], records["rust"], records["rust"], records["kernel"]):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        new.write_bytes(zlib.compress(json.dumps(texts).encode(), 1))
        new.rename(self._file)
        for old in sorted(self._folder.iterdir(), key=lambda path: -path.stat().st_mtime)[AT_MOST:]:
            old.unlink(missing_ok=True)
