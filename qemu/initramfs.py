# SPDX-License-Identifier: GPL-2.0
"""Pack the guest's initramfs: busybox, qemu/init, modules, selftests.

The archive (cpio "newc", uncompressed: unpacking costs more than reading under
TCG) is written here, because device nodes then need no root rights. Same input,
same bytes.
"""

import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from arch import Arch
from errors import Fatal

INIT = Path(__file__).with_name("init")
DIRS = ("bin", "dev", "proc", "root", "run", "sys", "tmp", "usr", "usr/bin")


def _pad(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


class Cpio:
    def __init__(self, arch: Arch):
        self.arch = arch
        self.parts = []
        self.inode = 0

    def add(self, name: str, mode: int, data: bytes = b"", rdev=(0, 0)) -> None:
        self.inode += 1
        encoded = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev, len(encoded), 0)
        header = b"070701" + b"".join(b"%08X" % f for f in fields)
        self.parts += [_pad(header + encoded), _pad(data)]

    def tree(self, source: Path, target: str) -> None:
        """Add the files below `source`; symbolic links stay links."""
        for path in sorted(source.rglob("*")):
            name = f"{target}/{path.relative_to(source)}"
            if path.is_symlink():
                self.add(name, stat.S_IFLNK | 0o777, os.readlink(path).encode())
            elif path.is_dir():
                self.add(name, stat.S_IFDIR | 0o755)
            else:
                self.add(name, stat.S_IFREG | stat.S_IMODE(path.stat().st_mode), path.read_bytes())

    def bytes(self) -> bytes:
        self.add("TRAILER!!!", 0)
        return b"".join(self.parts)


def find_busybox(arch: Arch) -> tuple[bytes, list[str]]:
    """The busybox program (it must be static) and the names of its applets."""
    path, own = shutil.which(arch.busybox), shutil.which("busybox")
    if not path or not own:
        raise Fatal(f"no {arch.busybox if own else 'busybox'}: apt-get install busybox-static")
    data = Path(path).read_bytes()
    if b"/ld-linux" in data[:4096]:
        raise Fatal(f"{path} is not static: apt-get install busybox-static")
    applets = subprocess.run([own, "--list"], capture_output=True, text=True, check=True)
    return data, applets.stdout.split()


def stripped(module: Path, arch: Arch) -> bytes:
    """Without its debug info, which is nine tenths of it and slows insmod."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([arch.strip, "--strip-debug", "-o", out.name, module], check=True)
        return Path(out.name).read_bytes()


def add_load(
    cpio: Cpio, mode: str, suites=(), modules: Path | None = None, selftests: Path | None = None, commands: bytes = b""
) -> None:
    """What is for this run."""
    for name in ("etc", "modules", "selftests"):
        cpio.add(name, stat.S_IFDIR | 0o755)
    cpio.add("etc/vma_lock-guest", stat.S_IFREG | 0o644, f"MODE={mode}\nSUITES='{' '.join(suites)}'\n".encode())
    if commands:
        cpio.add("etc/vma_lock-commands", stat.S_IFREG | 0o644, commands)
    for module in sorted(modules.glob("*.ko")) if modules else ():
        cpio.add(f"modules/{module.name}", stat.S_IFREG | 0o644, stripped(module, cpio.arch))
    if selftests:
        cpio.tree(selftests, "selftests")


def add_system(cpio: Cpio) -> None:
    """What is for every run."""
    for name in DIRS:
        cpio.add(name, stat.S_IFDIR | 0o755)
    cpio.add("dev/console", stat.S_IFCHR | 0o600, rdev=(5, 1))
    cpio.add("dev/null", stat.S_IFCHR | 0o666, rdev=(1, 3))
    cpio.add("init", stat.S_IFREG | 0o755, INIT.read_bytes())

    busybox, applets = find_busybox(cpio.arch)
    cpio.add("bin/busybox", stat.S_IFREG | 0o755, busybox)
    for applet in applets:
        if applet != "busybox":
            cpio.add(f"bin/{applet}", stat.S_IFLNK | 0o777, b"busybox")
    cpio.add("usr/bin/env", stat.S_IFLNK | 0o777, b"/bin/busybox")


def build(target: Path, arch: Arch, *load) -> None:
    cpio = Cpio(arch)
    add_system(cpio)
    add_load(cpio, *load)
    target.write_bytes(cpio.bytes())


def pack(folder: Path, arch: Arch, *load) -> None:
    """For a guest that has another root, and unpacks it (vng.py)."""
    build(folder / "initramfs.cpio", arch, *load)
    program = folder / "busybox"
    program.write_bytes(find_busybox(arch)[0])
    program.chmod(0o755)


def build_load(arch: Arch, *load) -> bytes:
    """For a guest that has the rest (snapshot.py)."""
    cpio = Cpio(arch)
    add_load(cpio, *load)
    return cpio.bytes()
