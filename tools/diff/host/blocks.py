# SPDX-License-Identifier: GPL-2.0
"""Which lines and branches ran, of Rust, and of C that clang compiled, by what the explorer says of their blocks.

LLVM has numbered the blocks before it optimised anything, with their addresses and what follows on each
(-fsanitize-coverage in clang's manual says more). Critical edges are blocks of their own, so a way of a branch
was taken if the block behind it ran. What the compiler does not put before it, one finds by its address: lines
belong to the last block that begins before them.
"""

import bisect
import json
import re
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from . import CannotTell, coverage, machine, trees
from .coverage import Lines, Source
from .sides import TOP

LIBRARY = "rust/vma_lock/"
FUNCTION = re.compile(r"^\s*(?:pub(?:\([a-z]+\))? )?(?:const )?(?:unsafe )?fn (\w+)")
# What has other names for it, and what is not the protocol: types, foreign code.
NOT_PROTOCOL = ("safe/", "sys/", "seed.rs")


class Library(Source):
    """The protocol's files of the library, with what ran of them."""

    def __init__(self, lines: Lines):
        super().__init__({file: (TOP / file).read_text() for file in lines.counts}, lines)
        for file, text in self.text.items():
            name, self.functions[file] = "", {}
            for number, line in enumerate(text, 1):
                name = found[1] if (found := FUNCTION.match(line)) else name
                self.functions[file][number] = name


def ran(program: Path, runs: list[str]) -> Library:
    """What of Rust ran in any of these runs of a program."""
    digits = ["1" if "1" in digits else "0" for digits in zip(*runs, strict=True)]
    return Library(Blocks.of(program, _of_library).lines("".join(digits)))


def of_side(folder: Path, name: str, counts: Path, digits: str) -> Lines:
    """What ran of a C side: gcc's code counts in a file, of clang's there are blocks."""
    notes, result = folder / f"side_{name}.gcno", Lines()
    if notes.is_file():
        result.add(coverage.read(notes, counts))
        return result
    return Blocks.of(folder / f"explorer_{name}", partial(trees.file_of, side=name)).lines(digits)


def compiled(folder: Path, name: str) -> Lines:
    """The lines of a C side that became code, whether they ran or not."""
    notes, result = folder / f"side_{name}.gcno", Lines()
    if notes.is_file():
        return coverage.compiled(notes)
    for _, file, line in _rows(folder / f"side_{name}.o", partial(trees.file_of, side=name)):
        if file and line:
            result.counts.setdefault(file, {})[line] = 1
    return result


def _words(program: Path, section: str) -> list[int]:
    raw = program.with_name(f"{program.name}.{section}")
    done = subprocess.run(
        [machine.of(program).tool("objcopy"), "-O", "binary", f"--only-section={section}", program, raw],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotTell(f"has no table of blocks: {done.stderr.strip()}")
    return [word for (word,) in struct.iter_unpack("<Q", raw.read_bytes())]


def _of_library(path: str) -> str:
    """The file of the library, or nothing."""
    found = re.search(rf"(?:^|/)({LIBRARY}\S*\.rs)$", path)
    return found[1] if found and not found[1].removeprefix(LIBRARY).startswith(NOT_PROTOCOL) else ""


def _rows(program: Path, named: Callable[[str], str]) -> list[tuple[int, str, int]]:
    """(address, file, line) of what was compiled from the protocol's files; "" for others, so that rows end."""
    text = subprocess.run(
        ["llvm-dwarfdump-19", "--debug-line", program], capture_output=True, text=True, check=True
    ).stdout
    result = []
    for table in text.split("\ndebug_line[")[1:]:
        folders = dict(re.findall(r"^include_directories\[ *(\d+)\] = \"(.*)\"$", table, re.MULTILINE))
        files = {
            number: named(f"{folders.get(folder, '')}/{name}")
            for number, name, folder in re.findall(
                r"^file_names\[ *(\d+)\]:\n +name: \"(.*)\"\n +dir_index: (\d+)$", table, re.MULTILINE
            )
        }
        if any(files.values()):
            rows = re.findall(r"^0x([0-9a-f]{16}) +(\d+) +\d+ +(\d+) ", table, re.MULTILINE)
            result += [(int(address, 16), files.get(file, ""), int(line)) for address, line, file in rows]
    return sorted(result)


def _frames(program: Path, addresses: list[int], named: Callable[[str], str]) -> list[list[tuple[str, str, int]]]:
    """Of each address (function, file, line), and where that was inlined, outwards."""
    done = subprocess.run(
        ["llvm-symbolizer-19", f"--obj={program}", "--output-style=JSON", "--inlines"],
        input="\n".join(map(hex, addresses)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        [(frame["FunctionName"], named(frame["FileName"]), frame["Line"]) for frame in json.loads(line)["Symbol"]]
        for line in done.stdout.splitlines()
    ]


def _place(frames: list[tuple[str, str, int]]) -> int:
    """Which of them is the protocol's. A hint to the compiler is not where a branch is."""
    return next((at for at, (_, file, _) in enumerate(frames) if file and not file.endswith("/hint.rs")), -1)


@dataclass
class Blocks:
    """Of a program."""

    starts: list[int]  # addresses, in the order of the explorer's digits
    rows: list[tuple[int, str, int]]
    # (file, line) -> of each copy of the function the blocks behind the branches of that line
    ways: dict[tuple[str, int], list[list[int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, program: Path, named: Callable[[str], str]) -> "Blocks":
        """Those of the files that have a name."""
        table = _words(program, "__sancov_pcs")
        blocks = cls(table[::2], _rows(program, named))
        behind = _behind_branches(program, set(blocks.starts))
        copies: dict[tuple, list[int]] = {}
        frames, function = _frames(program, blocks.starts, named), 0
        for block, is_entry, found in zip(blocks.starts, table[1::2], frames, strict=True):
            function = block if is_entry else function
            if block in behind and (at := _place(found)) >= 0:
                # Who inlined it, and where, has a copy.
                copies.setdefault((found[at][1:], function, *found[at + 1 :]), []).append(block)
        for (place, *_), found in copies.items():
            blocks.ways.setdefault(place, []).append(found)
        return blocks

    def lines(self, digits: str) -> Lines:
        """What ran, as of a C side."""
        if len(digits) != len(self.starts):
            raise CannotTell(f"says of {len(digits)} blocks whether they ran, and has {len(self.starts)}")
        ran = dict(zip(self.starts, map(int, digits), strict=True))
        order, result = sorted(ran), Lines()
        for address, file, line in self.rows:
            at = bisect.bisect_right(order, address) - 1
            if file and line and at >= 0:
                result.add({"counts": {file: {line: ran[order[at]]}}, "branches": {}})
        for (file, line), copies in self.ways.items():
            for copy in copies:
                result.merge(file, line, [ran[block] for block in copy])
        return result


def _behind_branches(program: Path, known: set[int]) -> set[int]:
    """Of each block is written: itself, what follows on it, 0, what it calls, 0."""
    result, words = set(), iter(_words(program, "__sancov_cfs"))
    for _block in words:
        # What cannot be reached has no number.
        after = known.intersection(iter(words.__next__, 0))
        result.update(after if len(after) > 1 else ())
        for _called in iter(words.__next__, 0):
            pass
    return result
