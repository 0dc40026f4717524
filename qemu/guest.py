# SPDX-License-Identifier: GPL-2.0
"""Run QEMU and watch it: its command line, its console, its end.

QEMU's console goes byte by byte into the log and line by line to the caller.
A guest that takes too long, or prints nothing for too long, is first asked for
its blocked tasks (SysRq-w by a serial break, so that the log says where it
hangs), then killed. However the runner ends, QEMU ends with it.
"""

import os
import selectors
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from arch import X86, Arch
from errors import Fatal
from qmp import Qmp

# loglevel=5: as quiet as can be without losing a WARN of the boot.
# cryptomgr.notests: the crypto self-tests are a quarter of the boot under TCG.
# kunit: where the kernel has it, our tests run when their module is loaded; not the kernel's own.
APPEND = (
    "loglevel=5 panic=-1 printk.devkmsg=on log_buf_len=4M sysrq_always_enabled cryptomgr.notests "
    "kunit.enable=1 kunit.autorun=1 kunit.filter_glob=vma_lock*"
)
SYSRQ_BLOCKED_TASKS = b"\x01bw"  # QEMU's escape, serial break, command
BEGIN_MARKER = "vma_lock: guest begin "
END_MARKER = "vma_lock: guest end "
# The runner's own line in the log; what the kernel prints after it was asked for.
WATCHDOG = "qemu: watchdog: "
# Another context took the console over from one that was about to print a line, had printed a part of
# it, or all: that line follows once more, whole.
REPLAY = "** replaying previous printk message **"
POWEROFF_SECONDS = 10
RESULTS_SIZE = 256 << 20
DUMP_SECONDS = 2


@dataclass
class Machine:
    qemu: str
    accel: str  # "kvm" or "tcg"
    kernel: Path
    initrd: Path
    smp: int = 2
    mem: str = "1G"
    append: str = ""
    # A guest to be kept (snapshot.py): its memory is this file, and QEMU is spoken to at this socket.
    memory: Path | None = None
    control: Path | None = None
    # One that was kept: QEMU's state, and what the console has shown so far.
    state: Path | None = None
    before: bytes = b""
    arch: Arch = X86
    results: Path | None = None  # a file that is the memory of a PCI device
    debugger: Path | None = None  # a socket where one may connect

    # Of another program than QEMU: the console comes by stderr, and its exit code may be anything.
    foreign = False

    def command(self) -> list[str]:
        accel = {"tcg": ["tcg,thread=multi", "-cpu", self.arch.cpu], "kvm": ["kvm", "-cpu", "host"]}[self.accel]
        more = []
        if self.results:
            memory = f"memory-backend-file,id=results,share=on,mem-path={self.results},size={RESULTS_SIZE}"
            more += ["-object", memory, "-device", "ivshmem-plain,memdev=results"]
        if self.debugger:
            more += ["-gdb", f"unix:{self.debugger},server=on,wait=off"]
        command = [
            self.qemu, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-machine", self.arch.machine, "-accel", *accel, "-smp", str(self.smp), "-m", self.mem,
            "-serial", "mon:stdio", "-kernel", str(self.kernel), "-initrd", str(self.initrd),
            "-append", f"{self.arch.append} {APPEND} {self.append}".strip(), *more,
        ]  # fmt: skip
        if self.memory:
            share = "off" if self.state else "on"
            command += [
                "-machine", "memory-backend=ram", "-qmp", f"unix:{self.control},server=on,wait=off",
                "-object", f"memory-backend-file,id=ram,size={self.mem},mem-path={self.memory},share={share}",
            ]  # fmt: skip
        return [*command, "-incoming", "defer"] if self.state else command


@dataclass
class Outcome:
    """How QEMU ended; `reason` is empty where it ended by itself and well."""

    reason: str = ""
    seconds: float = 0.0
    lines: list[str] = field(default_factory=list)


def find_qemu(name: str, package: str = X86.package) -> str:
    path = shutil.which(name)
    if not path:
        raise Fatal(f"cannot start QEMU: no program {name}: apt-get install {package}")
    return path


def start(command: list[str], **kwargs) -> subprocess.Popen:
    # setpriv: a runner that is killed takes QEMU along.
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *command], **kwargs)


def run(machine: Machine, log: Path, timeout: float, stall: float, on_line=None, on_bytes=None) -> Outcome:
    """Boot, and return when QEMU is gone. OSError: the log cannot be written."""
    began = time.monotonic()
    outcome = Outcome()
    with open(log, "wb", buffering=0) as out, open(log.with_name("qemu.log"), "w+b") as errors:
        process = start(
            machine.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if machine.foreign else errors,
            start_new_session=True,
        )
        try:
            console = Console(out, outcome.lines, on_line, on_bytes)
            console.take(machine.before)
            if machine.state:
                with Qmp(machine.control, lambda: process.poll() is not None) as control:
                    control.go_on(machine.state)
            outcome.reason = _watch(process, console, timeout, stall)
            if not outcome.reason:
                process.wait(POWEROFF_SECONDS)  # the console is closed, so this is short
        except subprocess.TimeoutExpired:
            outcome.reason = "QEMU closed its console but did not end"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            code = process.wait()
        if code and not outcome.reason and not (machine.foreign and console.ended):
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines() or [
                "see the log" if outcome.lines else "it printed nothing"
            ]
            booted = "QEMU died" if outcome.lines else "cannot start QEMU"
            outcome.reason = f"{booted} (exit code {code}): {said[0]}"
    outcome.seconds = time.monotonic() - began
    return outcome


class Console:
    """Copies the console to the log and hands it over line by line."""

    def __init__(self, out, lines: list[str], on_line, on_bytes):
        self.out, self.lines, self.on_line, self.on_bytes = out, lines, on_line, on_bytes
        self.rest = b""
        self.held = []  # the last line, in case it is replayed; before it, those that it may replay
        self.replay = False
        self.ended = False  # the guest's end marker came by

    def take(self, data: bytes) -> None:
        if self.on_bytes:
            self.on_bytes(data)
        written = 0
        while written < len(data):
            written += self.out.write(data[written:])
        *whole, self.rest = (self.rest + data).split(b"\n")
        for raw in whole:
            line = raw.decode(errors="backslashreplace").rstrip("\r")
            if line == REPLAY:
                self.replay = True
                continue
            if not self.replay:
                self._pass_on()
            self.replay = False
            self.held.append(line)
            self.ended = self.ended or END_MARKER in line

    def _pass_on(self) -> None:
        # What was taken over before its first character left the line before it as it was.
        *earlier, last = self.held or [None]
        for line in [line for line in earlier if not last.startswith(line)] + self.held[-1:]:
            self.lines.append(line)
            if self.on_line:
                self.on_line(line)
        self.held = []

    def finish(self) -> None:
        if self.rest:
            self.take(b"\n")
        self._pass_on()


def _watch(process: subprocess.Popen, console: Console, timeout: float, stall: float) -> str:
    """Read the console until it closes. Return why it had to be cut off, or ""."""
    last = time.monotonic()
    deadline, reason, ended = last + timeout, "", False
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            now = time.monotonic()
            if console.ended and not ended:
                ended, deadline = True, min(deadline, now + POWEROFF_SECONDS)
            limit = deadline if reason else min(deadline, last + stall)
            if selector.select(max(0.0, limit - now)):
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    break
                console.take(data)
                last = time.monotonic()
            # Output puts off the stall, not the deadline: a guest may flood us.
            if time.monotonic() < (deadline if reason else min(deadline, last + stall)):
                continue
            if reason:
                break
            if ended:
                reason = f"the guest did not power off within {POWEROFF_SECONDS} s of its end"
            elif time.monotonic() >= deadline:
                reason = f"time-out after {timeout:g} s"
            else:
                reason = f"no output for {stall:g} s"
            console.finish()
            console.take(f"{WATCHDOG}{reason}; asking for the blocked tasks\n".encode())
            deadline = time.monotonic() + DUMP_SECONDS
            try:
                process.stdin.write(SYSRQ_BLOCKED_TASKS)
                process.stdin.flush()
            except OSError:
                break  # QEMU is gone already
    console.finish()
    return reason
