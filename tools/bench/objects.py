# SPDX-License-Identifier: GPL-2.0
"""What can be read off a kernel module's file."""

import re
import subprocess
from pathlib import Path


def _output(*command) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, errors="replace").stdout


def _functions(module: Path, prefix: str) -> list[tuple[str, str, str, str]]:
    """(address, section, size, name) of each, in hexadecimal."""
    return re.findall(
        r"^([0-9a-f]+) .{6}F (\S+)\s+([0-9a-f]+) (?:\.hidden )?(\S+)$",
        _output(f"{prefix}objdump", "-t", module),
        re.MULTILINE,
    )


def sizes(module: Path, prefix: str = "") -> dict[str, int]:
    """Function -> its bytes."""
    return {name: int(size, 16) for _, _, size, name in _functions(module, prefix)}


def static_instructions(module: Path, prefix: str = "") -> dict[str, int]:
    """Function -> its number of instructions.

    gcc's NAME.cold belongs to NAME. int3 is not counted: it is never executed, it only stops
    speculation and fills gaps; nor is data between arm64's functions. The binutils of another
    architecture have a `prefix`.
    """
    symbols = _functions(module, prefix)
    counts = {name: 0 for *_, name in symbols}
    spans = {}
    for address, section, size, name in symbols:
        start = int(address, 16)
        spans.setdefault(section, []).append((start, start + int(size, 16), name))

    section = ""
    for line in _output(f"{prefix}objdump", "-d", "--no-show-raw-insn", module).splitlines():
        if match := re.match(r"Disassembly of section (\S+):", line):
            section = match[1]
        elif match := re.match(r"^\s*([0-9a-f]+):\t(\S+)", line):
            address = int(match[1], 16)
            for start, end, name in spans.get(section, ()):
                if start <= address < end and match[2] not in ("int3", ".word", ".inst"):
                    counts[name] += 1
    for name in list(counts):
        if name.endswith(".cold"):
            counts[name.removesuffix(".cold")] = counts.get(name.removesuffix(".cold"), 0) + counts[name]
    return counts


def symbols_matching(module: Path, pattern: str, prefix: str = "") -> list[str]:
    """The symbols whose name begins with one of `pattern`, its own and those it wants from the kernel."""
    return re.findall(rf"\b(?:{pattern})\w+", _output(f"{prefix}nm", module))


def text_size(module: Path, prefix: str = "") -> int:
    """Bytes of code, of all sections that begin with .text."""
    sizes = re.findall(r"^\s*\d+ \.text\S*\s+([0-9a-f]+)", _output(f"{prefix}objdump", "-h", module), re.MULTILINE)
    return sum(int(size, 16) for size in sizes)
