# SPDX-License-Identifier: GPL-2.0
"""Are two objects the same code? Line numbers, names and counters of executed lines apart."""

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

ALLOC, PROGBITS, NOBITS, RELA, SYMTAB = 2, 1, 8, 4, 2
# What follows from the text, tells of lines only, or is the build's own.
LEFT_OUT = re.compile(
    r"\.orc_|\.note|\.comment|\.modinfo|__mcount_loc|__patchable|\.eh_frame|__versions|\.codetag|\.discard"
    r"|\.vma_lock_diff\.layout|\.gnu\.|\.printk_index|\.init_array|\.fini_array|\.ctors"
)
# Of these the line is part of the content, what they point to is not.
POINTERS_ONLY = re.compile(r"__bug_table|\.data\.once|\.data\.\.once")
# gcc's counters have the names of functions, and checksums of their lines.
COUNTERS = re.compile(r"__gcov|\.gcov|_sub_[ID]_")


@dataclass
class Section:
    name: str
    kind: int
    content: bytes = b""
    relocations: list[tuple] = field(default_factory=list)


def _name(table: bytes, at: int) -> str:
    return table[at : table.index(b"\0", at)].decode(errors="replace")


def read(path: Path, own: str) -> list[tuple]:
    """What an object comes to, in a form that can be compared; `own`: the side's name, which does not count."""
    data = path.read_bytes()
    offset, size, count, names = *struct.unpack_from("<Q", data, 40), *struct.unpack_from("<HHH", data, 58)
    heads = [struct.unpack_from("<IIQQQQIIQQ", data, offset + size * number) for number in range(count)]

    def content(head: tuple) -> bytes:
        return b"" if head[1] == NOBITS else data[head[4] : head[4] + head[5]]

    table = content(heads[names])
    titles = [_name(table, head[0]) for head in heads]
    symbols = []
    for head in heads:
        if head[1] == SYMTAB:
            strings = content(heads[head[6]])
            symbols = [
                (_name(strings, row[0]), row[3], row[4], row[5], row[1] & 15)
                for row in struct.iter_unpack("<IBBHQQ", content(head))
            ]
    counters = {}  # section -> ranges
    for name, section, value, length, _kind in symbols:
        if COUNTERS.match(name):
            counters.setdefault(section, []).append((value, value + length))

    # Of the object that tells gcov's own run time of them only a stamp and a checksum are in the way: they stand
    # before the first function that merges counters.
    merges: dict[int, int] = {}
    for head in heads:
        if head[1] == RELA:
            for at, info, _addend in struct.iter_unpack("<QQq", content(head)):
                if symbols[info >> 32][0].startswith("__gcov_merge"):
                    merges[head[7]] = min(at, merges.get(head[7], at))
    for section, at in merges.items():
        counters.setdefault(section, []).append((at - 32, at))

    def is_counter(section: int, at: int) -> bool:
        return any(first <= at < end for first, end in counters.get(section, ()))

    def target(number: int, addend: int) -> tuple:
        name, section, value, _length, kind = symbols[number]
        if 0 < section < 0xFF00:
            # By its place: whatever it is called, whether it is a symbol or an offset.
            at = value + addend
            # Call-relative addends point four bytes before; the counters are aligned to eight.
            if is_counter(section, at) or is_counter(section, at + 4):
                return ("counter", titles[section], at)
            return ("here", titles[section], at)
        return ("there", name.replace(own, "@"), addend, kind)

    result = []
    for number, head in enumerate(heads):
        title = titles[number]
        if not head[2] & ALLOC or head[1] not in (PROGBITS, NOBITS) or LEFT_OUT.match(title):
            continue
        body = bytearray(content(head))
        for first, end in counters.get(number, ()):
            body[first:end] = bytes(len(body[first:end]))
        relocations = []
        for other in heads:
            if other[1] == RELA and other[7] == number:
                for at, info, addend in struct.iter_unpack("<QQq", content(other)):
                    if not is_counter(number, at):
                        relocations.append((at, info & 0xFFFFFFFF, *target(info >> 32, addend)))
        kept = bytes(body).replace(own.encode(), b"@" * len(own))
        if POINTERS_ONLY.match(title) or head[1] == NOBITS:
            kept = b""
        result.append((title, kept, len(body) if kept else 0, tuple(sorted(relocations))))
    return sorted(result, key=repr)


def first_difference(one: list[tuple], other: list[tuple]) -> str:
    """Where, for who looks into it; empty: they are the same."""
    sections, others = ({row[0]: row for row in side} for side in (one, other))
    for name in sorted(sections.keys() | others.keys()):
        if sections.get(name) != others.get(name):
            return name
    return ""
