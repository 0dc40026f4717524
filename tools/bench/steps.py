# SPDX-License-Identifier: GPL-2.0
"""Step through functions in a guest, as a debugger would: QEMU runs one instruction at a time.

    tools/bench/steps.py --arch x86|arm64 --debugger SOCKET --log FILE

vma_lock_bench.ko (module/by_qemu.c) says where its data is, in a line of the suite "steps" in the
guest's log FILE. For each function that the module asks for, its instructions from entry to return
are written into the guest's memory. Interrupts are off in the guest, and QEMU lets none in.

Ends when QEMU does. Exit code 1: it could not step.
"""

import argparse
import re
import socket
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SECONDS = 900
AT = re.compile(r"# bench: at 0x([0-9a-f]+)")
STEPS_MAX = 65536
# Before a function begins: out of by_qemu_here(), with its arguments.
BEFORE_MAX = 1000


class Fatal(Exception):
    """One clear line for the user."""


@dataclass(frozen=True)
class Registers:
    """Where they are among all that the debugger's protocol has, 8 bytes each."""

    pc: int
    breakpoint: int  # bytes of the smallest instruction
    link: int | None  # where a return address is at a function's entry; None: where the stack pointer is
    sp: int


REGISTERS = {
    "x86": Registers(pc=16, breakpoint=1, link=None, sp=7),
    "arm64": Registers(pc=32, breakpoint=4, link=30, sp=31),
}


class Debugger:
    """gdb's remote protocol, as much of it as is needed."""

    def __init__(self, path: Path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(str(path))
        self.rest = b""

    def _byte(self) -> bytes:
        if not self.rest:
            self.rest = self.socket.recv(65536)
            if not self.rest:
                raise EOFError
        first, self.rest = self.rest[:1], self.rest[1:]
        return first

    def send(self, text: str) -> None:
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 255))

    def reply(self) -> str:
        while self._byte() != b"$":
            pass
        data = b""
        while (byte := self._byte()) != b"#":
            data += byte
        sent = self._byte() + self._byte()
        if int(sent, 16) != sum(data) & 255:
            raise Fatal(f"QEMU's debugger protocol: a damaged packet {data[:40]!r}")
        self.socket.sendall(b"+")
        return data.decode()

    def ask(self, text: str, want: str = "") -> str:
        self.send(text)
        reply = self.reply()
        if (want and reply != want) or re.fullmatch(r"E[0-9a-f]{2}|", reply):
            raise Fatal(f"QEMU's debugger protocol: {text[:40]} is answered by {reply[:40]!r}")
        return reply

    def stopped(self) -> str:
        """Wait for it. Which thread, a CPU, has stopped."""
        reply = self.reply()
        if reply.startswith("W"):
            raise EOFError
        if not (match := re.match(r"T05thread:([0-9a-f.p]+);", reply)):
            raise Fatal(f"QEMU's debugger protocol: the guest stopped otherwise: {reply[:60]}")
        return match[1]

    def read(self, address: int, words: int = 1) -> tuple[int, ...]:
        return struct.unpack(f"<{words}Q", bytes.fromhex(self.ask(f"m{address:x},{8 * words:x}")))

    def write(self, address: int, words: list[int]) -> None:
        for i in range(0, len(words), 64):
            part = struct.pack(f"<{len(words[i : i + 64])}Q", *words[i : i + 64])
            self.ask(f"M{address + 8 * i:x},{len(part):x}:{part.hex()}", "OK")

    def registers(self) -> list[int]:
        text = self.ask("g")
        return [int.from_bytes(bytes.fromhex(text[i : i + 16]), "little") for i in range(0, 33 * 16, 16)]

    def step(self, thread: str) -> None:
        self.send(f"vCont;s:{thread}")
        if (other := self.stopped()) != thread:
            raise Fatal(f"CPU {other} went on, not {thread}")


def where(log: Path) -> int:
    """Wait for the module to say where its data is."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if log.is_file() and (match := AT.search(log.read_text(errors="replace"))):
            return int(match[1], 16)
        time.sleep(0.1)
    raise Fatal(f"{log}: no line '# bench: at' within {SECONDS} s")


def one(debugger: Debugger, known: Registers, thread: str, steps: int) -> None:
    """The guest is about to call the function: step through it, and write that down."""
    entry = debugger.read(steps)[0]
    for _ in range(BEFORE_MAX):
        debugger.step(thread)
        registers = debugger.registers()
        if registers[known.pc] == entry:
            break
    else:
        raise Fatal(f"the function at {entry:x} was not called")
    link = registers[known.link] if known.link is not None else debugger.read(registers[known.sp])[0]
    seen = []
    while registers[known.pc] != link and len(seen) <= STEPS_MAX:
        seen.append(registers[known.pc])
        debugger.step(thread)
        registers = debugger.registers()
    debugger.write(steps + 8, [len(seen), *seen[:STEPS_MAX]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--arch", choices=REGISTERS, required=True)
    parser.add_argument("--debugger", type=Path, required=True, metavar="SOCKET")
    parser.add_argument("--log", type=Path, required=True, metavar="FILE")
    args = parser.parse_args()
    known = REGISTERS[args.arch]
    at = where(args.log)
    debugger = Debugger(args.debugger)
    debugger.ask("qSupported")
    # A connection stops the guest.
    here = debugger.read(at)[0]
    debugger.ask(f"Z0,{here:x},{known.breakpoint}", "OK")
    debugger.write(at + 8, [1])
    try:
        while True:
            debugger.send("vCont;c")
            thread = debugger.stopped()
            one(debugger, known, thread, debugger.read(at + 16)[0])
    except (EOFError, ConnectionError):
        return


if __name__ == "__main__":
    try:
        main()
    except (Fatal, OSError, EOFError) as error:
        sys.exit(f"bench: error: {error or 'QEMU is gone'}")
