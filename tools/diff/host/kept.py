# SPDX-License-Identifier: GPL-2.0
"""What sides wrote down in the guest: each boot pays for those that are new."""

import contextlib
from pathlib import Path

from . import CannotTell
from .record import Record, parse
from .sides import TOP, Kernel
from .store import Store, key_of


class Kept:
    """By the kernel's image, the module with Rust in it, the side, and all that boots them."""

    def __init__(self, folder: Path, kernel: Kernel, modules: Path):
        # A text is 1 to 2 MB, packed a tenth of it.
        self._store = Store(folder, at_most=400)
        paths = [kernel.dir / "vmlinuz", modules / "vma_lock_diff.ko"]
        paths += [TOP / "tools/diff/host/boot.py", TOP / "qemu/run", TOP / "qemu/init", *sorted((TOP / "qemu").glob("*.py"))]
        paths += sorted(path for path in (TOP / "tools/diff/guest").rglob("*") if path.is_file())
        self._common = key_of(*(path.read_bytes() for path in paths if path.is_file())).encode()
        self._accel = kernel.dir / "accel.json"
        self._sides = {path.stem.split("_", 2)[2]: path.read_bytes() for path in modules.glob("side_*.ko")}

    def _key(self, name: str) -> str:
        # Which accelerator a boot had is there after the first one.
        accel = self._accel.read_bytes() if self._accel.is_file() else b""
        return key_of(self._common, accel, name.encode(), self._sides.get(name, b""))

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
