# SPDX-License-Identifier: GPL-2.0
"""Let virtme-ng boot the guest: the developer's own vng, its QEMU, and a kernel that it can boot.

What runs is what runs elsewhere: our initramfs is unpacked in vng's guest, and its init started there
(vng-init). vng is a program of this machine, and busybox and strip are the toolchain's: so qemu/run packs
in a process of its own, by whatever program enters the toolchain.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import guest
from errors import Fatal

HERE = Path(__file__).resolve().parent


@dataclass
class Machine(guest.Machine):
    """`initrd` is the folder in which the guest finds busybox and the initramfs."""

    vng: tuple[str, ...] = ()  # its command, and options for it
    foreign = True  # 255 where the kernel lacks what vng would tell the guest's exit code by

    def command(self) -> list[str]:
        return [
            *self.vng, "--run", str(self.kernel.resolve()), "--verbose", "--user", "root",
            "--cpus", str(self.smp), "--memory", self.mem,
            "--append", f"no5lvl no_timer_check {guest.APPEND} {self.append}".strip(),
            "--exec", f"{self.initrd}/busybox sh {HERE}/vng-init {self.initrd}",
        ]  # fmt: skip


def machine(vng: list[str], kernel: Path, logs: Path, pack: list[str | Path]) -> Machine:
    """`pack`: the command that packs what goes into the guest, but for its last word."""
    path = shutil.which(vng[0])
    if not path:
        raise Fatal(f"no program {vng[0]}: apt-get install virtme-ng, or pipx install virtme-ng")
    folder = (logs / "vng").resolve()
    folder.mkdir(exist_ok=True)
    if subprocess.run([*pack, folder], stdin=subprocess.DEVNULL, check=False).returncode:
        raise Fatal("it cannot be packed")
    return Machine(path, "vng", kernel, folder, vng=(path, *vng[1:]))
