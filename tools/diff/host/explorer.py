# SPDX-License-Identifier: GPL-2.0
"""Build the explorer of schedules, with the sides in it, and run it. See tools/diff/explorer/README."""

import os
import re
import subprocess
from pathlib import Path

from . import CannotTell, trees
from .sides import TOP, Kernel

SOURCE = TOP / "tools/diff/explorer"
# Compiled with the kernel's headers, and with the host's.
KERNEL_PARTS = ("world", "steps", "stand_ins", "roles")
HOST_PARTS = ("main", "machine", "states", "search", "outcome", "report", "rounds", "scenes")

# No function of the kernel that it patches while it boots, no check that it does elsewhere.
FLAGS = (
    "ccflags-remove-y := $(CC_FLAGS_FTRACE) -fstack-protector -fstack-protector-strong -mindirect-branch=thunk-extern "
    "-mindirect-branch-register -mindirect-branch-cs-prefix -mfunction-return=thunk-extern",
    "ccflags-y := -fno-stack-protector -DKBUILD_MODFILE='\"explorer\"' "
    "-Wno-missing-prototypes -Wno-missing-declarations -Wno-unused-function -Wno-unused-value",
    "OBJECT_FILES_NON_STANDARD := y",
    "KASAN_SANITIZE := n",
    "KCSAN_SANITIZE := n",
    "UBSAN_SANITIZE := n",
    "KCOV_INSTRUMENT := n",
    "GCOV_PROFILE := n",
)
# The compiler tells of each access; counts of executed lines.
TELL = "-fsanitize=thread -U__SANITIZE_THREAD__"
TELL_GCC = f"{TELL} --param tsan-instrument-func-entry-exit=0 --param tsan-distinguish-volatile=1"
TELL_CLANG = (
    f"{TELL} -mllvm -tsan-instrument-func-entry-exit=0 -mllvm -tsan-distinguish-volatile=1 "
    "-mllvm -tsan-compound-read-before-write=1"
)


def blank(text: str, pattern: str) -> str:
    """Without what matches, but with the lines that it stood on."""
    return re.sub(pattern, lambda match: "\n" * match[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)


def _function(path: str, text: str, name: str) -> str:
    """One function out of a file, with the line that it stands on there."""
    found = re.search(rf"^\w[^\n;]*\b{name}\([^;{{]*\)\n\{{.*?^\}}\n", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise CannotTell(f"{path} does not define {name}()")
    line = text[: found.start()].count("\n") + 1
    return f'#line {line} "{path}"\n{found[0]}'


def lay_out(folder: Path, name: str, files: dict[str, str], shape: trees.Shape) -> None:
    """Write the sources of one C side. The protocol's headers are in folder/include."""
    mmap_lock = files["mm/mmap_lock.c"]
    for pattern in (
        r"^#define CREATE_TRACE_POINTS$",
        r"^EXPORT_\w+\([^)]*\);$",
        r"^#ifdef CONFIG_TRACING\n.*?^#endif[^\n]*$",
        r"^#ifdef CONFIG_LOCK_MM_AND_FIND_VMA\n.*?^#endif /\* CONFIG_LOCK_MM_AND_FIND_VMA[^\n]*$",
    ):
        mmap_lock = blank(mmap_lock, pattern)
    side = folder / name
    for path in trees.PROTOCOL:
        if path.startswith("include/"):
            trees.write(side / path, files[path])
    trees.write(side / "mmap_lock_filtered.h", f'#line 1 "mm/mmap_lock.c"\n{mmap_lock}')
    helpers(side, files)
    trees.write(side / "shape.h", f'#define SIDE_NAME "{name}"\n#define SIDE_SYMBOL x_side_{name}\n')
    trees.write(side / "renamed.h", "".join(f"#define {old} {new}\n" for old, new in shape.renamed.items()))
    trees.write(folder / f"side_{name}.c", f'#include "{SOURCE}/side.c"\n')


def helpers(side: Path, files: dict[str, str]) -> None:
    """What the protocol runs through outside of its own files."""
    wait = _function("kernel/exit.c", files["kernel/exit.c"], "rcuwait_wake_up")
    wait += _function("kernel/rcu/update.c", files["kernel/rcu/update.c"], "finish_rcuwait")
    trees.write(side / "rcuwait_filtered.h", wait)
    refcount = blank(files["lib/refcount.c"], r"^EXPORT_\w+\([^)]*\);$")
    trees.write(side / "refcount_filtered.h", f'#line 1 "lib/refcount.c"\n{refcount}')


def kbuild(kernel: Kernel, folder: Path, names: list[str]) -> None:
    for part in KERNEL_PARTS:
        trees.write(folder / f"{part}.c", f'#include "{SOURCE}/{part}.c"\n')
    trees.write(folder / "rust_helpers.c", f'#include "{SOURCE}/rust_helpers.c"\n')
    tell = TELL_CLANG if kernel.info.get("LLVM") else TELL_GCC
    include = f"-I{SOURCE} -I{TOP}/tools/diff/module"
    lines = ["obj-m := explorer.o", f"explorer-y := {' '.join(f'side_{name}.o' for name in names)} rust_helpers.o "
             + " ".join(f"{part}.o" for part in KERNEL_PARTS), *FLAGS, f"ccflags-y += {include}"]  # fmt: skip
    for name in names:
        lines += [
            f"CFLAGS_side_{name}.o := -I$(src)/{name} {tell} --coverage -fprofile-update=atomic",
            f"$(obj)/side_{name}.o: private NOSTDINC_FLAGS += -I$(src)/{name}/include",
        ]
    lines += [f"CFLAGS_rust_helpers.o := -I$(src)/rust {tell}"]
    trees.write(folder / "Kbuild", "\n".join(lines) + "\n")


def _run(command: list) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or "nothing")
        raise CannotTell(f"the explorer cannot be built: {Path(command[0]).name} said: {said}")


def _one(kernel: Kernel, folder: Path, name: str, objects: list[Path]) -> Path:
    """A side in one object, of which only the table of operations can be seen."""
    target = folder / f"linked_{name}.o"
    _run(["ld", "-r", "-o", target, *objects])
    # Trace points are off: where the compiler left a jump to them, objtool makes it a nop.
    _run([kernel.tree / "tools/objtool/objtool", "--hacks=jump_label", "--link", "--module", target])
    _run(["objcopy", f"--keep-global-symbol=x_side_{name}", target])
    return target


def link(kernel: Kernel, folder: Path, names: list[str], program: Path) -> None:
    """One program with Rust and the C sides of these names."""
    stepped = kernel.dir / "modules/tools/diff/explorer/stepped"
    rust = [stepped / f"{part}.o" for part in ("module_side", "side", "lib")]
    sides = [_one(kernel, folder, "rust", [*rust, folder / "rust_helpers.o"])]
    sides += [_one(kernel, folder, name, [folder / f"side_{name}.o"]) for name in names]
    every = ["rust", *names]
    table = '#include "engine.h"\n' + "".join(f"extern const char x_side_{name}[];\n" for name in every)
    table += "const struct linked_side linked_sides[] = {\n"
    table += "".join(f'\t{{ "{name}", x_side_{name} }},\n' for name in every) + "\t{ 0 }\n};\n"
    trees.write(program.with_suffix(".c"), table)
    _run([
        "gcc", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-static", "-no-pie", f"-I{SOURCE}", "-Wno-missing-field-initializers",
        "-Wl,--unresolved-symbols=ignore-in-object-files", "-Wl,-z,noexecstack", "-Wl,--no-warn-rwx-segments",
        "-Wl,--no-warnings", "-o", program, program.with_suffix(".c"), *(SOURCE / f"{part}.c" for part in HOST_PARTS),
        *(folder / f"{part}.o" for part in KERNEL_PARTS), *sides, "-lgcov",
    ])  # fmt: skip
