# SPDX-License-Identifier: GPL-2.0
"""What earlier runs came to, by all that it follows from. AGAIN=1 in the environment uses none of it."""

import contextlib
import hashlib
import os
import zlib
from pathlib import Path

from . import CannotTell, compare
from .record import Record, parse
from .sides import TOP, Kernel


def again() -> bool:
    return bool(os.environ.get("AGAIN"))


def key_of(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:24]


class Store:
    """Texts by their keys, the latest ones."""

    def __init__(self, folder: Path, at_most: int):
        self._folder, self._at_most = folder, at_most

    def get(self, key: str) -> str | None:
        file = self._folder / key
        if again() or not file.is_file():
            return None
        try:
            text = zlib.decompress(file.read_bytes()).decode()
        except (zlib.error, UnicodeDecodeError):  # cut off: as good as none
            return None
        file.touch()
        return text

    def put(self, key: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / f"{key}.new"
        new.write_bytes(zlib.compress(text.encode(), 1))
        new.rename(self._folder / key)

    def prune(self) -> None:
        for old in sorted(self._folder.glob("*"), key=lambda path: -path.stat().st_mtime)[self._at_most :]:
            old.unlink(missing_ok=True)


class Kept:
    """What sides wrote down in the guest: each boot pays for what is new only.

    The key: the kernel's image, the module with Rust in it, the side, and how they are booted.
    """

    def __init__(self, folder: Path, kernel: Kernel, modules: Path):
        # A text is 1 to 2 MB, packed a twentieth of it.
        self._store = Store(folder, at_most=400)
        paths = [kernel.dir / "vmlinuz", modules / "vma_lock_diff.ko", TOP / "tools/diff/host/boot.py"]
        paths += sorted(path for path in (TOP / "tools/diff/guest").rglob("*") if path.is_file())
        self._common = [path.read_bytes() for path in paths]
        self._sides = {path.stem.split("_", 2)[2]: path.read_bytes() for path in modules.glob("side_*.ko")}

    def _key(self, name: str) -> str:
        return key_of(*self._common, name.encode(), self._sides.get(name, b""))

    def load(self, names: tuple[str, ...]) -> dict[str, Record]:
        """Of those of which it is known."""
        found = {}
        for name in names:
            if (text := self._store.get(self._key(name))) is not None:
                with contextlib.suppress(CannotTell):
                    found[name] = parse(name, text)
        return found

    def keep(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            self._store.put(self._key(name), text)
        self._store.prune()


def agree(records: dict[str, Record]) -> bool:
    """The kernel's binary, its C and Rust. Where they do not, that is worth another look, each time."""
    of_c = compare.cross_check(records["before"], records["kernel"])
    return not of_c and not compare.cells(records["before"], records["rust"], records["rust"], records["kernel"])
