# SPDX-License-Identifier: GPL-2.0
"""What earlier runs came to, by all that it follows from. AGAIN=1 in the environment uses none of it."""

import contextlib
import hashlib
import os
import zlib
from pathlib import Path


def key_of(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:24]


class Store:
    """Texts by their keys, the latest ones."""

    def __init__(self, folder: Path, at_most: int):
        self._folder = folder
        for old in sorted(folder.glob("*"), key=lambda path: -path.stat().st_mtime)[at_most:]:
            old.unlink()

    def get(self, key: str) -> str | None:
        file = self._folder / key
        if os.environ.get("AGAIN") or not file.is_file():
            return None
        try:
            text = zlib.decompress(file.read_bytes()).decode()
        except (zlib.error, UnicodeDecodeError):  # cut off: as good as none
            return None
        with contextlib.suppress(OSError):  # a full disk, a folder to be read only
            os.utime(file)
        return text

    def put(self, key: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / f"{key}.new"
        new.write_bytes(zlib.compress(text.encode(), 1))
        new.rename(self._folder / key)
