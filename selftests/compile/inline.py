# SPDX-License-Identifier: GPL-2.0
"""Plants what rust/Makefile.inline must not let through, and sees that the build would fail.

Each plant goes through the commands that made rust/vma_lock/lib.o: helpers to bitcode, link,
code generation, rust/check-inline; on x86 one through objtool, as it was run on the sample. And a
clang of another LLVM than rustc's must be noticed, and said.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
OBJECT = "rust/vma_lock/lib.o"
FALLS_THROUGH = 'module asm ".text\\0A.type falls_through, @function\\0Afalls_through: nop\\0A.size falls_through, .-falls_through"\n'


class Pipeline:
    def __init__(self, modules: Path, out: Path):
        self.modules, self.out = modules, out
        _, self.link, self.codegen, self.check, *_ = self.saved(OBJECT)
        self.helpers = self.saved("rust/helpers/helpers.bc")[0]
        arch = self.check[self.check.index("--arch") + 1]
        self.plants = PLANTS | PLANTS_OF[arch]
        self.names = (*self.plants, *(["objtool_warning"] if arch == "x86" else []), "clang_of_another_llvm")

    def saved(self, target: str) -> list[list[str]]:
        """The commands that made TARGET."""
        path = self.modules / target
        line = path.with_name(f".{path.name}.cmd").read_text().splitlines()[0]
        return [shlex.split(part) for part in line.split(":= ", 1)[1].split(" ; ")]

    def run(self, command: list[str]) -> str:
        """Return what it says where it fails."""
        done = subprocess.run(command, cwd=self.modules, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr if done.returncode else ""

    def with_files(self, command: list[str], **files: Path) -> list[str]:
        """Those of its words that end in NAME are FILE instead."""
        names = {"helpers_c": "/helpers.c", "helpers_bc": "helpers/helpers.bc", "linked": "/lib.m.bc", "object": "/lib.o"}
        for key, file in files.items():
            command = [str(file) if word.endswith(names[key]) else word for word in command]
        return command

    def build(self, edit_helpers: Callable, edit_ir: Callable) -> str:
        """Build the library's object with these changes; return the error, or ""."""
        helpers, bc = self.out / "helpers.c", self.out / "helpers.bc"
        linked, ir, obj = self.out / "lib.m.bc", self.out / "lib.ll", self.out / "lib.o"
        source = next(word for word in self.helpers if word.endswith("/helpers.c"))
        text = Path(source).read_text().replace('#include "', f'#include "{Path(source).parent}/')
        helpers.write_text(edit_helpers(text))
        dis = self.check[self.check.index("--llvm-dis") + 1]
        return (
            self.run(self.with_files(self.helpers, helpers_c=helpers, helpers_bc=bc))
            or self.run(self.with_files(self.link, helpers_bc=bc, linked=linked))
            or self.run([dis, str(linked), "-o", str(ir)])
            or self._generate(edit_ir(ir.read_text()), ir, obj)
            or self.run(self.with_files(self.check, linked=linked, object=obj))
        )

    def _generate(self, text: str, ir: Path, obj: Path) -> str:
        ir.write_text(text)
        return self.run(self.with_files(self.codegen, linked=ir, object=obj))

    def objtool(self) -> str:
        """What objtool says, as it was run on the sample, of the object that build() has made."""
        line = (self.modules / ".rust_vma_lock.o.cmd").read_text().splitlines()[0]
        command = shlex.split(re.search(r"(\S+/objtool/objtool .*)", line)[1])
        tree = next(word for word in self.helpers if word.endswith("/include/linux/kconfig.h"))
        command[0] = tree.removesuffix("include/linux/kconfig.h") + "tools/objtool/objtool"
        command[-1] = str(self.out / "lib.o")
        return self.run(command)


    def kbuild_with_other_clang(self) -> str:
        """What Kbuild would do if the clang in the PATH were one version older."""
        fake = self.out / "bin/clang-19"
        fake.parent.mkdir(exist_ok=True)
        fake.write_text('#!/bin/sh\nexec /usr/bin/clang-19 -Wno-builtin-macro-redefined -D__clang_major__=18 "$@"\n')
        fake.chmod(0o755)
        info = dict(shlex.split(line)[0].split("=", 1) for line in (self.modules.parent / "info").read_text().splitlines())
        command = ["make", "-n", "-C", str(self.modules.parent / "tree"), "O=", f"M={TOP}", f"MO={self.out}"]
        command += [f"ARCH={info['ARCH']}", f"CC={info['CC']}", f"CROSS_COMPILE={info.get('CROSS_COMPILE', '')}", "modules"]
        environment = {"PATH": f"{fake.parent}:{os.environ['PATH']}"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout


def same(value):
    return value


# name: what is wrong, in the helpers' source, in the linked bitcode; and what must be said of it.
PLANTS = {
    "nothing": (same, same, None),
    "helper_is_left": (
        lambda text: text.replace("__rust_helper __always_inline", "__rust_helper noinline"),
        same, r"helper vma_lock_helper_\w+ was not inlined",
    ),
    "return_address": (
        lambda text: text.replace('lockdep.c"', 'lockdep.c"\n#undef _RET_IP_\n'
        "#define _RET_IP_ (unsigned long)__builtin_return_address(0)\n"
        "__rust_helper unsigned long vma_lock_helper_ip(void) { return _RET_IP_; }", 1),
        same, r"helper vma_lock_helper_ip asks for its return address",
    ),
}  # fmt: skip
PLANTS_OF = {
    "x86": {
        "per_cpu_without_segment": (
            same, lambda text: text.replace("%gs:", ""), r"per-CPU variable \w+ accessed without %gs",
        ),
        "bare_return": (same, lambda text: text.replace(" fn_ret_thunk_extern", ""), r"bare return"),
        "no_endbr64": (same, lambda text: text.replace('!"cf-protection-branch"', '!"planted"'), r"no endbr64"),
    },
    "arm64": {
        "return_address_unsigned": (
            same, lambda text: text.replace('"sign-return-address"="non-leaf"', '"sign-return-address"="none"'),
            r"return address stored unsigned",
        ),
    },
}  # fmt: skip


def check_plant(name: str, pipeline: Pipeline) -> str:
    if name == "clang_of_another_llvm":
        said = pipeline.kbuild_with_other_clang()
        if "-emit-llvm" in said:
            return "helpers are compiled to bitcode that rustc's LLVM may not read"
        want = r"(?m)^  INLINE  off: .*clang-19 is version 18\d+, the LLVM of rustc 19\d+; helpers are called$"
    elif name == "objtool_warning":
        said = pipeline.build(same, lambda text: text + FALLS_THROUGH) or pipeline.objtool()
        want = r"falls_through"
    else:
        *edits, want = pipeline.plants[name]
        said = pipeline.build(*edits)
    if want is None:
        return said
    return "" if re.search(want, said) else f"want an error {want!r}, got {said or 'none'}"
