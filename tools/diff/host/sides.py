# SPDX-License-Identifier: GPL-2.0
"""Make a module of each set of protocol files: a C side."""

import itertools
import os
import re
import shutil
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import CannotTell, machine, trees

TOP = Path(__file__).resolve().parents[3]
# What the tree's configuration asks for and nobody looks at takes half of the time. (Not for the
# explorer: without -g gcc counts fewer lines.)
WITHOUT = ("CONFIG_DEBUG_INFO=", "CONFIG_DEBUG_INFO_BTF_MODULES=")


@dataclass
class Kernel:
    """What scripts/setup/kernel-dir names: tree, image, and what is built for them."""

    dir: Path
    info: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        for line in (self.dir / "info").read_text().splitlines():
            key, _, value = line.partition("=")
            self.info[key] = value.strip("'")

    @property
    def tree(self) -> Path:
        return self.dir / "tree"

    @property
    def headers(self) -> set[str]:
        return trees.headers(self.dir / "modules/oracle/.oracle.o.cmd", self.source)

    @property
    def source(self) -> Path:
        """Where the sources are, if the tree was built with O=."""
        return self.tree / "source" if (self.tree / "source").is_dir() else self.tree

    def make(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
        info = self.info
        command = [
            "make", "-C", str(self.tree), f"M={folder}", f"ARCH={info['ARCH']}", f"-j{os.cpu_count()}",
            f"KBUILD_EXTRA_SYMBOLS={self.dir / 'modules/Module.symvers'}", *arguments,
        ]  # fmt: skip
        command += [f"{key}={info[key]}" for key in ("CC", "LLVM", "CROSS_COMPILE") if info.get(key)]
        environment = {
            k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "KDIR", "O")
        }
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        drop_failed(folder, done.stderr)
        return done


def drop_failed(folder: Path, said: str) -> None:
    """What make could not build anew is still there from before, from another kernel maybe."""
    for file in re.findall(r"^make.*\*\*\* \[.*: (\S+\.o)\] Error", said, re.MULTILINE):
        (folder / file).unlink(missing_ok=True)


def lay_out(folder: Path, name: str, files: dict[str, str], shape: trees.Shape) -> None:
    """Write the sources of one side."""
    side = folder / name
    filtered = subprocess.run(
        ["sed", "-f", str(TOP / "oracle/filter.sed")],
        input=files["mm/mmap_lock.c"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    trees.write_headers(side, files)
    # make does not see that there is a header now.
    if trees.unread(side / ".tree_side.o.cmd", name, files):
        for path in side.glob("*.o"):
            path.unlink()
    trees.write(side / "mmap_lock_filtered.h", filtered + shape.tracing)
    # Trace points of their own would have to be known to the kernel: these are never on.
    stubs = (
        f"struct tracepoint __tracepoint_{name};\n"
        f"#define trace_{name}(...) vma_lock_diff_trace(0, ##__VA_ARGS__)\n"
        f"#define trace_{name}_enabled() false\n"
        for name in shape.traces
    )
    trees.write(side / "traces.h", "".join(stubs))
    names = {"SIDE_NAME": f'"{name}"', "SIDE_FLAG": shape.flag, "SIDE_LIMIT": shape.limit}
    # Without a predicate there is none to ask: every answer would be wrong.
    if shape.predicate:
        names["SIDE_EXCLUDED"] = shape.predicate
    names |= {f"SIDE_HAS_{optional}": "" for optional in shape.optional}
    trees.write(side / "shape.h", "".join(f"#define {key} {value}\n" for key, value in names.items()))
    trees.write(side / "renamed.h", "".join(f"#define {old} {new}\n" for old, new in shape.renamed.items()))
    for earlier in side.glob("*.c"):
        if earlier.stem not in parts(shape):
            earlier.unlink()
    for part in parts(shape):
        trees.write(side / f"{part}.c", f'#include "{TOP}/tools/diff/module/{part}.c"\n')


def parts(shape: trees.Shape) -> list[str]:
    """What a side is made of."""
    return ["tree_side", "predicate"] if shape.predicate else ["tree_side"]


def _objects(folder: Path, name: str) -> list[str]:
    return [
        f"{name}/{source.stem}.o"
        for source in sorted((folder / name).glob("*.c"))
        if not source.name.endswith(".mod.c")
    ]


def layout(folder: Path, name: str) -> dict[str, int]:
    """Where the fields are that a side and the module must agree on."""
    side, raw = folder / name / "tree_side.o", folder / name / "layout"
    command = [machine.of(side).tool("objcopy"), "-O", "binary", "--only-section=.vma_lock_diff.layout", side, raw]
    subprocess.run(command, check=True)
    return {field.rstrip(b"\0").decode(): at for field, at in struct.iter_unpack("=44sI", raw.read_bytes())}


def _kbuild(folder: Path, names: list[str]) -> None:
    lines = [f"obj-m := {' '.join(f'side_{name}.o' for name in names)}"]
    for name in names:
        lines += [
            f"side_{name}-y := {' '.join(_objects(folder, name))}",
            f"CFLAGS_{name}/tree_side.o := -I$(src)/{name} -I{TOP}/tools/diff/module",
            f"CFLAGS_{name}/predicate.o := -I$(src)/{name}",
            # A program of the host has no shadow memory.
            *(f"{what}_{name}/predicate.o := n" for what in ("KASAN_SANITIZE", "KCSAN_SANITIZE")),
            # Before the tree's own: these are the headers that are compared.
            f"$(addprefix $(obj)/,$(side_{name}-y)): private NOSTDINC_FLAGS += -I$(src)/{name}/include",
        ]
    trees.write(folder / "Kbuild", "\n".join(lines) + "\n")


def _error(output: str) -> str:
    """The compiler's first word on what is wrong."""
    found = re.search(r"^.*?((?:include|mm)\S*\.[ch]\S*|\S+?): (?:fatal )?error: .*$", output, re.MULTILINE)
    if found:
        return re.sub(r"^\S*/(?=include/linux/|mmap_lock_filtered)", "", found[0])
    found = re.search(r"^(?:ERROR|error).*$", output, re.MULTILINE)
    return found[0] if found else output.strip().splitlines()[-1] if output.strip() else "make said nothing"


def compile_sides(kernel: Kernel, folder: Path, names: list[str]) -> None:
    """The objects only, of those that compile; build() goes on from there."""
    _kbuild(folder, names)
    kernel.make(folder, "-k", *WITHOUT, *(file for name in names for file in _objects(folder, name)))


def _bad(kernel: Kernel, folder: Path, names: list[str]) -> list[str]:
    """Those that do not compile."""
    # Objects of an earlier run say nothing about this one.
    objects = {name: [folder / file for file in _objects(folder, name)] for name in names}
    for path in itertools.chain.from_iterable(objects.values()):
        path.unlink(missing_ok=True)
    kernel.make(folder, "-k", *WITHOUT, "modules")
    return [name for name in names if not all(path.is_file() for path in objects[name])]


def build(kernel: Kernel, folder: Path, names: list[str]) -> dict[str, str]:
    """Build the sides. Return what the compiler has against those that cannot be."""
    errors = {}
    while rest := [name for name in names if name not in errors]:
        _kbuild(folder, rest)
        done = kernel.make(folder, "-k", *WITHOUT, "modules")
        if not done.returncode:
            break
        # modpost comes last: all others have been compiled.
        unknown = re.findall(r"modpost: \S*?side_(\w+)\.ko: symbol '(\w+)' undefined", done.stderr)
        if unknown:
            errors |= {
                name: f"it needs {symbol}, which this kernel does not export to modules" for name, symbol in unknown
            }
            continue
        bad = _bad(kernel, folder, rest)
        if not bad:
            raise CannotTell(f"the sides cannot be built: {_error(done.stderr)}")
        # One at a time, to see who said what.
        for name in bad:
            _kbuild(folder, [name])
            errors[name] = _error(kernel.make(folder, *WITHOUT, "modules").stderr)
    return errors


def collect(kernel: Kernel, folder: Path, names: list[str], target: Path) -> Path:
    """The modules that the guest loads, in this order."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for number, name in enumerate(names):
        shutil.copy(folder / f"side_{name}.ko", target / f"side_{number:03}_{name}.ko")
    shutil.copy(kernel.dir / "modules/vma_lock_diff.ko", target)
    return target
