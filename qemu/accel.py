# SPDX-License-Identifier: GPL-2.0
"""Choose QEMU's accelerator: KVM where it works, TCG otherwise.

/dev/kvm can be there, open, and still be unable to run a stock kernel (nested
or paravirtual machines), and QEMU then hangs or aborts instead of falling back.
So KVM is believed only after this very kernel has booted under it. The answer
is kept in the kernel's folder and holds for one kernel image, QEMU, and host.
"""

import json
import os
import platform
import subprocess
import tempfile
from pathlib import Path

import guest
import initramfs
from arch import Arch

KVM = Path("/dev/kvm")
# A working KVM prints its first line within one second and is through in three.
PROBE_SECONDS, PROBE_SILENCE = 15, 4


def choose(arch: Arch, qemu: str, kernel_dir: Path, kernel: Path) -> tuple[str, str]:
    """Return "kvm" or "tcg", and in a few words why."""
    if not arch.native:
        return "tcg", f"it is for {arch.name}"
    if not os.access(KVM, os.R_OK | os.W_OK):
        return "tcg", f"no access to {KVM}" if KVM.exists() else f"no {KVM}"
    cache = kernel_dir / "accel.json"
    key = _key(qemu, kernel)
    try:
        known = json.loads(cache.read_text())
        if known["key"] == key and known["accel"] in ("kvm", "tcg"):
            return known["accel"], known["why"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no answer yet, or half a file: ask again
    print(f"  PROBE   does KVM boot this kernel? (once, {PROBE_SECONDS} s at most)", flush=True)
    failure = _probe(arch, qemu, kernel)
    if failure:
        print(f"  PROBE   no: {failure}", flush=True)
    accel, why = ("tcg", "KVM does not boot this kernel") if failure else ("kvm", "proved by a boot")
    temporary = cache.with_suffix(".tmp")
    temporary.write_text(json.dumps({"key": key, "accel": accel, "why": why}) + "\n")
    temporary.rename(cache)
    return accel, why


def _key(qemu: str, kernel: Path) -> list:
    image = kernel.stat()
    version = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=False).stdout
    return [version.split("\n")[0], platform.release(), platform.node(), image.st_size, image.st_mtime_ns]


def _probe(arch: Arch, qemu: str, kernel: Path) -> str:
    """Return why KVM is of no use, or ""."""
    with tempfile.TemporaryDirectory() as scratch:
        initrd, log = Path(scratch, "initramfs.cpio"), Path(scratch, "console.log")
        initramfs.build(initrd, arch, "probe")
        machine = guest.Machine(qemu, "kvm", kernel, initrd, append="loglevel=7", arch=arch)
        outcome = guest.run(machine, log, PROBE_SECONDS, PROBE_SILENCE)
    begun = any(guest.BEGIN_MARKER in line for line in outcome.lines)
    return outcome.reason or ("" if begun else "the guest did not reach its init")
