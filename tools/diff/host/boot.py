# SPDX-License-Identifier: GPL-2.0
"""One boot of the guest, and what it left behind.

What sides write down is the memory of a device in the guest and a file here (tools/diff/module/log.c):
nothing else writes to it, and it is there whatever became of the guest.
"""

import os
import re
import signal
import subprocess
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from .sides import TOP, Kernel

PAGE = 4096
SIZE = 256 << 20
MAGIC = b"vma_lock"
# A busy host makes the guest's clock run on while its CPUs stand still. The kernel takes that for lockups
# and stalls. What really hangs is found by progress: by the module, and if that hangs by the limits below.
APPEND = "oops=panic nosoftlockup rcupdate.rcu_cpu_stall_suppress=1 workqueue.watchdog_thresh=0"
# No progress: so many seconds, if QEMU used so many seconds of CPU in them; or so many in any case. As long
# as the kernel boots there is none, and it gets twice as long.
STALL, STALL_CPU, STALL_IDLE = 60, 90, 300
SIDE = re.compile(r"(?:\[ *\d+\.\d+\](?:\[[^]]*\])? )?vma_lock_diff: side (\S+)$")
SPLAT = re.compile(r" {2}SPLAT +(.*)$")


@dataclass
class Attempt:
    """What came of a boot."""

    texts: dict[str, str] = field(default_factory=dict)  # side -> all of it, in order
    damaged: list[str] = field(default_factory=list)
    running: str = ""  # the side that is not at its end
    last: str = ""  # the line that it is in
    trouble: str = ""  # what the guest said of it
    splats: list[tuple[str, str]] = field(default_factory=list)  # side, first line of the report
    ended: str = ""  # qemu/run's last line, if it was not content
    stalled: str = ""


def _cpu_seconds(pid: int) -> float:
    """Of a process and its children."""
    parents, used = {}, {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = int(fields[11]) + int(fields[12])
    total = 0
    for ancestor, ticks in used.items():
        while ancestor and ancestor != pid:
            ancestor = parents.get(ancestor, 0)
        total += ticks if ancestor else 0
    return total / os.sysconf("SC_CLK_TCK")


def _head(results: Path) -> tuple[int, int]:
    with open(results, "rb") as file:
        head = file.read(24)
    if head[:8] != MAGIC:
        return 0, 0
    return int.from_bytes(head[8:16], "little"), int.from_bytes(head[16:24], "little")


def _wait(process: subprocess.Popen, results: Path) -> str:
    """Until it ends, or nothing has come of it for too long: why it was ended then."""
    seen, since, used = _head(results), time.monotonic(), 0.0
    while True:
        try:
            process.wait(1)
            return ""
        except subprocess.TimeoutExpired:
            pass
        now = time.monotonic()
        if (head := _head(results)) != seen:
            seen, since, used = head, now, _cpu_seconds(process.pid)
        elif now - since > STALL * (1 if seen[0] else 2) and (
            now - since > STALL_IDLE or _cpu_seconds(process.pid) - used > STALL_CPU
        ):
            process.send_signal(signal.SIGTERM)
            process.wait()
            return f"no progress in {now - since:.0f} s"


def read(results: Path, attempt: Attempt) -> None:
    """Take in what was written down."""
    used = min(_head(results)[0], SIZE - PAGE)
    with open(results, "rb") as file:
        file.seek(PAGE)
        text = file.read(used)
    position, begin = 0, 0
    while position < len(text):
        end = text.find(b"\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end].decode(errors="replace")
        if line.startswith("record "):
            attempt.running, begin = line.split()[1], end + 1
        elif line.startswith("sum ") and attempt.running:
            whole = text[begin:position]
            _, crc, length = line.split()
            if len(whole) == int(length) and zlib.crc32(whole) == int(crc, 16):
                attempt.texts[attempt.running] = whole.decode()
            else:
                attempt.damaged.append(attempt.running)
            attempt.running = ""
        elif line.startswith("trouble "):
            # The first one counts: a hang may end in a crash.
            attempt.trouble = attempt.trouble or line.removeprefix("trouble ")
        elif not attempt.trouble:
            attempt.last = line
        position = end + 1


def _splats(said: list[str], console: Path) -> list[tuple[str, str]]:
    """Each report of the kernel, and the side that was being run."""
    wanted = [match[1] for line in said if (match := SPLAT.match(line))]
    found, side = [], ""
    for line in console.read_text(errors="replace").splitlines() if wanted else ():
        if match := SIDE.match(line):
            side = match[1]
        elif wanted and line.rstrip("\r") == wanted[0]:
            found.append((side, re.sub(r"^\[ *\d+\.\d+\](\[[^]]*\])? ", "", wanted.pop(0))))
    return found + [("", line) for line in wanted]


def boot(kernel: Kernel, modules: Path, results: Path, parameters: dict[str, int | str], timeout: int) -> Attempt:
    """Run all that is in `modules`."""
    results.unlink(missing_ok=True)
    with open(results, "wb") as file:
        file.truncate(SIZE)
    given = " ".join(f"vma_lock_diff.{key}={value}" for key, value in parameters.items())
    log = results.with_suffix(".log")
    with open(log, "w") as output:
        process = subprocess.Popen(
            [
                str(TOP / "qemu/run"), "--kernel", str(kernel.dir), "--modules", str(modules),
                "--selftests", str(TOP / "tools/diff/guest"), "--timeout", str(timeout), "--stall", str(timeout),
                "--results", str(results), "--append", f"{APPEND} {given}",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip
        try:
            attempt = Attempt(stalled=_wait(process, results))
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    said = log.read_text(errors="replace").splitlines()
    if process.returncode:
        attempt.ended = said[-1] if said else "qemu/run said nothing"
    read(results, attempt)
    attempt.splats = _splats(said, kernel.dir / "logs/console.log")
    results.unlink()
    return attempt
