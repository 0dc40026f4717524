# SPDX-License-Identifier: GPL-2.0
"""What differs between the machines that a kernel may be for."""

import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arch:
    name: str
    qemu: str
    package: str  # which has it
    machine: str
    cpu: str  # under TCG
    append: str
    strip: str
    busybox: str

    @property
    def native(self) -> bool:
        return platform.machine() == {"x86": "x86_64", "arm64": "aarch64"}[self.name]


# no5lvl: on a busy host an interrupt may hit identify_cpu() while it has cleared the CPU's
# features; KASAN then takes 5-level addresses for wild ones.
# no_timer_check: on a busy host the check whether the timer's interrupts arrive may miss them,
# and panics.
X86 = Arch(
    "x86",
    "qemu-system-x86_64",
    "qemu-system-x86",
    "q35",
    "max",
    "console=ttyS0 no5lvl no_timer_check",
    "strip",
    "busybox",
)
# pauth-impdef: the architecture's own algorithm takes half of the time of an emulated boot.
ARM64 = Arch(
    "arm64", "qemu-system-aarch64", "qemu-system-arm", "virt", "max,pauth-impdef=on", "console=ttyAMA0",
    "aarch64-linux-gnu-strip", "/usr/aarch64-linux-gnu/bin/busybox",
)  # fmt: skip


def of(tree: Path) -> Arch:
    """The architecture of a kernel that was configured there."""
    try:
        config = (tree / ".config").read_text()
    except OSError:
        return X86
    return ARM64 if "\nCONFIG_ARM64=y" in config else X86
