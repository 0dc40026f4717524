# SPDX-License-Identifier: GPL-2.0
"""Objects of this machine's architecture and of others: by which tools they are read, and how a program is run."""

import struct
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    prefix: str = ""  # of the binutils
    gcc: str = "gcc"
    emulator: tuple[str, ...] = ()  # runs a program
    objtool: bool = True  # the kernel has one, which patches what is patched at boot elsewhere

    def tool(self, name: str) -> str:
        return self.prefix + name


X86 = Machine()
# A CPU without pointer authentication: return addresses on a stack are plain, and tell where a thread is.
# As in C sides that are not patched, atomic operations are loops of exclusive loads and stores.
ARM64 = Machine("aarch64-linux-gnu-", "aarch64-linux-gnu-gcc-14", ("qemu-aarch64", "-cpu", "cortex-a72"), objtool=False)
# By e_machine.
KNOWN = {62: X86, 183: ARM64}


def of(file: Path) -> Machine:
    """That of an object or a program."""
    with open(file, "rb") as elf:
        (number,) = struct.unpack_from("<H", elf.read(20), 18)
    return KNOWN[number]
