# SPDX-License-Identifier: GPL-2.0
"""Boot a guest once, and start the next ones from there, in a fraction of a second.

The booted guest's memory is a file, all else of it QEMU's migration stream. Each run maps the
file privately, so that whatever it does to the guest, the next one finds it as it was. Modules and
tests are not in it: they are written into a part of the file that the guest's kernel leaves alone
(memmap=), and that its init reads through /dev/mem and unpacks.

A snapshot is for one kernel image, QEMU, command line and init; else it is made anew. A boot with
a report of the kernel in it is not kept, nor one that a busy host has spoiled (verdict.py, NO_TIMER).
"""

import fcntl
import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path

import guest
import initramfs
from errors import Fatal
from qmp import Qmp
from verdict import Judge

MEM = 1 << 30  # of the guest, -m 1G
HANDED_IN = 768 << 20  # where the archive is handed in
ROOM = 64 << 20
PAGE = 4096
APPEND = f"memmap={ROOM >> 20}M$0x{HANDED_IN:x}"
READY = "vma_lock: guest ready"
LACKS = "vma_lock: guest has "
BOOT_SECONDS, STALL_SECONDS = 120, 60
BOOTS = 3
SPOILED = "the host was too busy"
# What the kernel needs for it.
OPTIONS = ("CONFIG_X86_64=y", "CONFIG_DEVMEM=y")


class Handed:
    """The archive, handed in: nobody else may hand in another until this one's guest has it."""

    def __init__(self, memory: Path, archive: bytes):
        self.file = open(memory, "r+b")  # noqa: SIM115 -- closed by `taken`
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.file.seek(HANDED_IN)
        self.file.write(f"vma_lock {int(time.time())}\n".encode().ljust(PAGE, b"\0"))
        self.file.write(archive)
        self.file.flush()

    def taken(self) -> None:
        self.file.close()


def possible(machine: guest.Machine, tree: Path, archive: bytes) -> bool:
    config = (tree / ".config").read_text().splitlines()
    plain = not machine.append and not machine.results and machine.mem == "1G"
    return plain and len(archive) < ROOM - PAGE and all(option in config for option in OPTIONS)


def prepare(machine: guest.Machine, folder: Path, control: Path, say) -> guest.Machine | None:
    """The machine that goes on from the snapshot, or None if there can be none."""
    folder.mkdir(exist_ok=True)
    machine = replace(
        machine, initrd=folder / "initramfs.cpio", append=APPEND, memory=folder / "memory", control=control
    )
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        key = _key(machine)
        try:
            known = json.loads((folder / "key.json").read_text())
        except (OSError, ValueError):
            known = None
        if known != key:
            say("SNAP", "booting the guest once, to go on from there from now on")
            for _ in range(BOOTS):
                reason = _make(machine, folder)
                if reason != SPOILED:
                    break
            if reason:
                say("SNAP", f"it cannot be kept: {reason}")
                return None
            temporary = folder / "key.tmp"
            temporary.write_text(json.dumps(key))
            temporary.rename(folder / "key.json")
    return replace(machine, state=folder / "state", before=(folder / "boot.log").read_bytes())


def forget(folder: Path) -> None:
    """It does not go on from there."""
    (folder / "key.json").unlink(missing_ok=True)


def _key(machine: guest.Machine) -> list:
    image = machine.kernel.stat()
    busybox, applets = initramfs.find_busybox(machine.arch)
    files = [Path(machine.qemu), *Path(__file__).parent.glob("*.py"), initramfs.INIT]
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)]
    return [
        *sums,
        hashlib.sha256(busybox).hexdigest(),
        image.st_size,
        image.st_mtime_ns,
        machine.accel,
        machine.smp,
        machine.append,
        *applets,
    ]


def _make(machine: guest.Machine, folder: Path) -> str:
    """Boot, and save. Return why that cannot be done, or ""."""
    forget(folder)
    machine.memory.unlink(missing_ok=True)  # a guest may still have the old one
    with open(machine.memory, "wb") as file:
        file.truncate(MEM)
    initramfs.build(machine.initrd, machine.arch, f"snapshot\nPAGE={HANDED_IN // PAGE}")
    judge, saved, lacks = Judge(), [], []

    def on_line(line: str) -> None:
        judge.feed(line)
        if LACKS in line:
            lacks.append(f"the guest has {line.partition(LACKS)[2].strip()}: its image is older than its .config")
        if READY in line:
            with Qmp(machine.control) as control:
                control.save(folder / "state")
            saved.append(True)

    try:
        outcome = guest.run(machine, folder / "boot.log", BOOT_SECONDS, STALL_SECONDS, on_line)
    except Fatal as error:
        return str(error)
    problems = judge.scanner.finish()
    if saved and not problems:
        return SPOILED if judge.no_timer else ""
    return "; ".join(lacks or [*problems, *filter(None, [outcome.reason])]) or "the guest did not get ready"
