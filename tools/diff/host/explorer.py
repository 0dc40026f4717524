# SPDX-License-Identifier: GPL-2.0
"""Build the explorer of schedules, with the sides in it, and run it. See tools/diff/explorer/README."""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from . import CannotTell, blocks, coverage, machine, trees
from .record import Record, Rounds, Scenario
from .sides import TOP, Kernel
from .store import Store, key_of

SOURCE = TOP / "tools/diff/explorer"
# Compiled with the kernel's headers, and with the host's.
KERNEL_PARTS = ("world", "steps", "stand_ins", "nodes", "roles", "lookups", "alone", "supplies", "maple_tree",
                "debug")
HOST_PARTS = ("main", "machine", "states", "search", "edges", "paths", "dependencies", "outcome", "report", "rounds",
              "scenes", "blocks")
# Up to three threads, for all mixes; more than three, for one side alone.
SMALL, LARGE, FULL = "small", "large", "full"

# No function of the kernel that it patches while it boots, no check that it does elsewhere.
FLAGS = """\
ccflags-remove-y := $(CC_FLAGS_FTRACE) -fstack-protector -fstack-protector-strong -mindirect-branch=thunk-extern \\
	-mindirect-branch-register -mindirect-branch-cs-prefix -mfunction-return=thunk-extern
ccflags-y := -fno-stack-protector -DKBUILD_MODFILE='"explorer"' -Wno-missing-prototypes \\
	-Wno-missing-declarations -Wno-unused-function -Wno-unused-value
OBJECT_FILES_NON_STANDARD := y
KASAN_SANITIZE := n
KCSAN_SANITIZE := n
UBSAN_SANITIZE := n
KCOV_INSTRUMENT := n
GCOV_PROFILE := n
"""
# The compiler tells of each access; counts of executed lines, of inline functions before they are inlined.
TELL = "-fsanitize=thread -U__SANITIZE_THREAD__"
TELL_GCC = f"{TELL} --param tsan-instrument-func-entry-exit=0 --param tsan-distinguish-volatile=1"
# Without the seed the time would be in it, and nothing be found in the cache.
COUNT_GCC = "--coverage -fprofile-update=atomic -fno-early-inlining -frandom-seed=0"
# A thread that stops goes on more than once, and counts are worked out from others: where an access can
# throw, gcc takes it that none may come out of a block for each that goes in.
COUNT_GCC += " -fexceptions -fnon-call-exceptions"
# clang would do it after it has optimised; see also Kbuild, where Rust is counted so.
COUNT_CLANG = """\
	$(CC) $(c_flags) -Xclang -disable-llvm-passes -emit-llvm -c -o $(@:.o=.bc) $< && \
	opt-19 -passes=always-inline,sancov-module -sanitizer-coverage-level=3 -sanitizer-coverage-trace-pc-guard \
		-sanitizer-coverage-pc-table -sanitizer-coverage-control-flow -sanitizer-coverage-prune-blocks=0 \
		-o $(@:.o=.bc) $(@:.o=.bc) && \
	$(CC) $(CLANG_FLAGS) $(KBUILD_CFLAGS) $(filter-out -U%,$(tell)) -Wno-override-module -c -o $@ $(@:.o=.bc)"""
TELL_CLANG = (
    f"{TELL} -mllvm -tsan-instrument-func-entry-exit=0 -mllvm -tsan-distinguish-volatile=1 "
    "-mllvm -tsan-instrument-read-before-write=1"
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
    trees.write_headers(side, files)
    if trees.unread(folder / f".side_{name}.o.cmd", name, files):
        (folder / f"side_{name}.o").unlink(missing_ok=True)
    trees.write(side / "mmap_lock_filtered.h", f'#line 1 "mm/mmap_lock.c"\n{mmap_lock}')
    helpers(side, files)
    has = "".join(f"#define SIDE_HAS_{optional}\n" for optional in shape.optional)
    trees.write(side / "shape.h", f'#define SIDE_NAME "{name}"\n#define SIDE_SYMBOL x_side_{name}\n{has}')
    trees.write(side / "renamed.h", "".join(f"#define {old} {new}\n" for old, new in shape.renamed.items()))
    trees.write(folder / f"side_{name}.c", f'#include "{SOURCE}/side.c"\n')


def helpers(side: Path, files: dict[str, str]) -> None:
    """What the protocol runs through outside of its own files."""
    wait = _function("kernel/exit.c", files["kernel/exit.c"], "rcuwait_wake_up")
    wait += _function("kernel/rcu/update.c", files["kernel/rcu/update.c"], "finish_rcuwait")
    trees.write(side / "rcuwait_filtered.h", wait)
    refcount = blank(files["lib/refcount.c"], r"^EXPORT_\w+\([^)]*\);$")
    trees.write(side / "refcount_filtered.h", f'#line 1 "lib/refcount.c"\n{refcount}')


def kbuild(kernel: Kernel, folder: Path, names: list[str], base: trees.Shape) -> None:
    for part in KERNEL_PARTS:
        trees.write(folder / f"{part}.c", f'#include "{SOURCE}/{part}.c"\n')
    trees.write(folder / "rust_helpers.c", f'#include "{SOURCE}/rust_helpers.c"\n')
    tree = blank(
        (kernel.source / "lib/maple_tree.c").read_text(), r"^EXPORT_\w+\([^)]*\);$|^#define CREATE_TRACE_POINTS$"
    )
    trees.write(folder / "maple_tree_filtered.h", tree)
    clang = bool(kernel.info.get("LLVM"))
    tell, count = (TELL_CLANG, "") if clang else (TELL_GCC, COUNT_GCC)
    include = f"-I{SOURCE} -I{TOP}/tools/diff/module"
    # What a program cannot do as the kernel does it; before the kernel's own.
    own = SOURCE / kernel.info["ARCH"]
    lines = ["obj-m := explorer.o", f"explorer-y := {' '.join(f'side_{name}.o' for name in names)} rust_helpers.o "
             + " ".join(f"{part}.o" for part in KERNEL_PARTS), FLAGS, f"tell := {tell}", f"ccflags-y += {include}",
             *([f"NOSTDINC_FLAGS += -I{own}"] if own.is_dir() else [])]  # fmt: skip
    for name in names:
        lines += [
            f"CFLAGS_side_{name}.o := -I$(src)/{name} $(tell) -g {count}",
            *([f"$(obj)/side_{name}.o: private cmd_cc_o_c = {COUNT_CLANG}"] if clang else []),
            f"$(obj)/side_{name}.o: private NOSTDINC_FLAGS += -I$(src)/{name}/include",
        ]
    lines += ["CFLAGS_rust_helpers.o := -I$(src)/rust $(tell)", "CFLAGS_maple_tree.o := -I$(src) $(tell)"]
    lines += [f"CFLAGS_alone.o := {' '.join(f'-DBASE_HAS_{name}' for name in base.optional)}"]
    trees.write(folder / "Kbuild", "\n".join(lines) + "\n")


def _run(command: list) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or "nothing").splitlines()
        error = next((line for line in said if "error" in line), said[-1])
        raise CannotTell(f"the explorer cannot be built: {Path(command[0]).name} said: {error}")


def _join(kernel: Kernel, target: Path, objects: list[Path]) -> None:
    """Make one object of some."""
    of = machine.of(objects[0])
    _run([of.tool("ld"), "-r", "-o", target, *objects])
    # Trace points are off: where the compiler left a jump to them, objtool makes it a nop.
    if of.objtool:
        _run([kernel.tree / "tools/objtool/objtool", "--hacks=jump_label", "--link", "--module", target])


def _one(kernel: Kernel, folder: Path, name: str, objects: list[Path]) -> Path:
    """A side in one object, of which only the table of operations can be seen."""
    target = folder / f"linked_{name}.o"
    _join(kernel, target, objects)
    # What has blocks is asked for the lines that it was made of: blocks.py.
    debug = [] if name == "rust" or kernel.info.get("LLVM") else ["--strip-debug"]
    _run([machine.of(target).tool("objcopy"), *debug, f"--keep-global-symbol=x_side_{name}", target])
    return target


def _host_objects(kernel: Kernel, folder: Path) -> None:
    """What all programs have: Rust, the stand-ins, the search."""
    stepped = kernel.dir / "modules/tools/diff/explorer/stepped"
    rust = [stepped / f"{part}.o" for part in ("side", "lib")]
    of = machine.of(folder / "rust_helpers.o")
    _run([of.tool("objcopy"), "--strip-debug", folder / "rust_helpers.o", folder / "rust_helpers_stripped.o"])
    _one(kernel, folder, "rust", [*rust, folder / "rust_helpers_stripped.o"])
    _join(kernel, folder / "kernel.o", [folder / f"{part}.o" for part in KERNEL_PARTS])
    _run([of.tool("objcopy"), "--strip-debug", folder / "kernel.o"])
    _run([
        of.gcc, "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-r", "-nostdlib",
        f"-I{SOURCE}", "-o", folder / "host.o", *(SOURCE / f"{part}.c" for part in (*HOST_PARTS, f"cpu_{kernel.info['ARCH']}")),
    ])  # fmt: skip


def link(kernel: Kernel, folder: Path, names: list[str], program: Path) -> None:
    """One program with Rust and the C sides of these names."""
    sides = [folder / "linked_rust.o", *(_one(kernel, folder, name, [folder / f"side_{name}.o"]) for name in names)]
    every = ["rust", *names]
    table = '#include "engine.h"\n' + "".join(f"extern const char x_side_{name}[];\n" for name in every)
    table += "const struct linked_side linked_sides[] = {\n"
    table += "".join(f'\t{{ "{name}", x_side_{name} }},\n' for name in every) + "\t{ 0 }\n};\n"
    trees.write(program.with_suffix(".c"), table)
    _run([
        machine.of(folder / "host.o").gcc, "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-no-pie", f"-I{SOURCE}",
        "-Wl,--unresolved-symbols=ignore-in-object-files", "-Wl,-z,noexecstack", "-Wl,--no-warn-rwx-segments",
        "-o", program, program.with_suffix(".c"), folder / "host.o",
        folder / "kernel.o", *sides, "-lgcov",
    ])  # fmt: skip


def build(kernel: Kernel, folder: Path, sides: dict[str, tuple[dict[str, str], trees.Shape]]) -> dict[str, str]:
    """A program for each side, with Rust; that of "before" first. Return what is wrong with some of them."""
    errors = compile_sides(kernel, folder, sides)
    link_all(kernel, folder, [name for name in sides if name not in errors])
    return errors


def compile_sides(
    kernel: Kernel, folder: Path, sides: dict[str, tuple[dict[str, str], trees.Shape]], again: bool = True
) -> dict[str, str]:
    """The objects. What is there already is left to make, unless they are to be made `again`."""
    for name, (files, shape) in sides.items():
        lay_out(folder, name, files, shape)
    helpers(folder / "rust", sides["before"][0])
    kbuild(kernel, folder, list(sides), sides["before"][1])
    objects = {name: f"side_{name}.o" for name in sides}
    common = [f"{part}.o" for part in ("rust_helpers", *KERNEL_PARTS)]
    for file in objects.values() if again else ():
        (folder / file).unlink(missing_ok=True)
        (folder / file).with_suffix(".gcno").unlink(missing_ok=True)
    done = kernel.make(folder, "-k", *objects.values(), *common)
    errors = {}
    for name, file in objects.items():
        if not (folder / file).is_file():
            said = re.findall(r"^.*: (?:fatal )?error: .*$", kernel.make(folder, file).stderr, re.MULTILINE)
            errors[name] = said[0] if said else "the compiler said nothing"
        elif header := trees.unread(folder / f".{file}.cmd", name, trees.changed(sides[name][0], sides["before"][0])):
            errors[name] = f"the kernel's own {header} is taken, not the patch's"
    if "before" in errors or not all((folder / file).is_file() for file in common):
        raise CannotTell(f"the explorer cannot be built: {errors.get('before') or done.stderr.strip()[-300:]}")
    return errors


def link_all(kernel: Kernel, folder: Path, names: list[str], again: bool = True) -> None:
    """A program for each of these; what they have in common is made `again`."""
    if again:
        _host_objects(kernel, folder)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: link(kernel, folder, [name], folder / f"explorer_{name}"), names))


def _differ(result: dict, base: dict) -> bool:
    """Do scenes that begin where a VMA's life begins come to something else?"""
    outcomes = [
        {scene["name"]: {outcome["text"] for outcome in scene["outcomes"]} for scene in one["scenes"]}
        for one in (result, base)
    ]
    return any(texts != outcomes[1].get(name) for name, texts in outcomes[0].items() if " alone" not in name)


def key_of_run(folder: Path, name: str, what: str) -> str:
    """Of what a program comes to: with its side's notes, by which lines are counted."""
    notes = folder / f"side_{name}.gcno"
    program = (folder / f"explorer_{name}").read_bytes()
    return key_of(program, notes.read_bytes() if notes.is_file() else b"", what.encode())


class Explorer:
    """Runs the programs, as many at a time as there are CPUs."""

    def __init__(self, folder: Path, seed: int, full: bool):
        self.folder, self.seed, self.full = folder, seed, full
        self._kept = Store(folder / "cache", at_most=600)
        self._pool, self._planner = ThreadPoolExecutor(os.cpu_count()), ThreadPoolExecutor(1)
        self._jobs, self._plans = [], []
        self._failed: dict[str, str] = {}
        self._own: dict[str, Future] = {}  # of a series
        self._whole: set[str] = set()
        self._lock, self._told = threading.Lock(), time.monotonic()
        self._running: set[subprocess.Popen] = set()
        self.lines: dict[str, coverage.Lines] = {}  # of each C side: what ran
        self.blocks: list[str] = []  # of Rust, in the program of "before": blocks.py

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        """Whatever is not done yet is of no use any more."""
        for pool in (self._planner, self._pool):
            pool.shutdown(wait=False, cancel_futures=True)
        for process in list(self._running):
            process.kill()

    def start_series(self, names: list[str], pairs: list[tuple[str, str]]) -> None:
        """Each by itself; where two of a pair come to the same so far, the rest of both. "before" is one of them."""
        for name in names:
            if name not in self._own:
                self._own[name] = self._submit(name, (name, name), SMALL)
        if "before" in names and "before" not in self._whole:
            self._submit("before", ("rust", "rust"), SMALL)
            self._rest("before")
        for pair in pairs:
            self._plans.append(self._planner.submit(self._plan_pair, *pair))

    def _plan_pair(self, one: str, other: str) -> None:
        try:
            if _differ(self._own[other].result(), self._own[one].result()):
                return
        except CannotTell:  # said by fill()
            return
        for name in (one, other):
            self._rest(name)

    def _rest(self, name: str) -> None:
        """All that goes beyond a side by itself, once."""
        if name not in self._whole:
            self._whole.add(name)
            for mix, which in (((name, name), LARGE), ((name, "rust"), SMALL), (("rust", name), SMALL)):
                self._submit(name, mix, which)

    def differs(self, one: str, other: str) -> bool:
        """By themselves, with few threads. Waits for that."""
        return _differ(self._own[other].result(), self._own[one].result())

    def start(self, name: str) -> None:
        """All mixes of a side and Rust; that of "before" comes first, and has those of Rust alone as well.

        Of a patch that by itself differs with up to three threads, the rest is not gone through.
        """
        own = self._submit(name, (name, name), SMALL)
        if name == "before":
            self._base = own
            self._submit(name, ("rust", "rust"), SMALL)
            self._submit(name, ("rust", "rust"), FULL if self.full else LARGE)
        self._plans.append(self._planner.submit(self._plan, name, own))

    def _submit(self, name: str, mix: tuple[str, str], which: str) -> Future:
        job = self._pool.submit(self._explore, name, *mix, which)
        self._jobs.append((name, mix, job))
        return job

    def _plan(self, name: str, own: Future) -> None:
        """The rest, where it is of use."""
        try:
            if name != "before" and not self.full and _differ(own.result(), self._base.result()):
                return
        except CannotTell:  # said by fill()
            return
        self._submit(name, (name, name), FULL if self.full else LARGE)
        self._submit(name, (name, "rust"), SMALL)
        self._submit(name, ("rust", name), SMALL)

    def refuse(self, name: str, reason: str) -> None:
        self._failed[name] = reason

    def fill(self, records: dict[str, Record]) -> dict[str, str]:
        """Waits, and notes what was seen where what the guest saw is. Return why some cannot be explored."""
        failed = self._failed
        for plan in self._plans:
            plan.result()
        for name, mix, job in self._jobs:
            try:
                result = job.result()
            except CannotTell as error:
                failed.setdefault("rust" if mix == ("rust", "rust") else name, str(error))
                continue
            if "lines" in result:
                self.lines.setdefault(name, coverage.Lines()).add(result["lines"])
            if name == "before" and "rust" in mix:
                self.blocks.append(result["blocks"])
            # The guest may have had trouble with it.
            if record := records.get("rust" if mix == ("rust", "rust") else name):
                _note(record, mix, result)
        return failed

    def _explore(self, name: str, readers: str, writers: str, which: str) -> dict:
        """Scenes, from the cache if this very program has run them; with the small ones random rounds."""
        key = key_of_run(self.folder, name, f"{readers} {writers} {which}")
        if (text := self._kept.get(key)) is None:
            result = json.loads(self._run(name, readers, writers, which, "--scenes", which))
            if (readers, writers) != ("rust", "rust"):
                counts = self._counts(readers, writers, which)
                result["lines"] = blocks.of_side(self.folder, name, counts, result["blocks"]).as_dict()
            text = json.dumps(result)
            self._kept.put(key, text)
        result = json.loads(text)
        if which == SMALL:
            rounds = self._run(name, readers, writers, "rounds", "--seed", str(self.seed))
            result["rounds"] = json.loads(rounds)["rounds"]
        return result

    def rust(self) -> blocks.Library:
        """What of Rust ran beside the C before, and alone."""
        return blocks.ran(self._program("before"), self.blocks)

    def _program(self, name: str) -> Path:
        return self.folder / f"explorer_{name}"

    def _counts(self, readers: str, writers: str, which: str) -> Path:
        return self.folder / f"counts_{readers}-{writers}-{which}"

    def _tell(self, text: str) -> None:
        """A line a second, whoever has something to say."""
        with self._lock:
            if time.monotonic() - self._told < 1:
                return
            self._told = time.monotonic()
        print(f"          {text}", flush=True)

    def _run(self, name: str, readers: str, writers: str, which: str, *arguments: str) -> str:
        program = self._program(name)
        out = program.with_name(f"{program.name}.{readers}-{writers}-{which}.json")
        command = [*machine.of(program).emulator, program, "--readers", readers, "--writers", writers, "--out", out, *arguments]
        counts = self._counts(readers, writers, which)
        shutil.rmtree(counts, ignore_errors=True)
        environment = os.environ | {"GCOV_PREFIX": str(counts)}
        said = ""
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
            self._running.add(process)
            for line in process.stderr:
                if line.startswith("exploring "):
                    self._tell(f"{name}, {readers}-{writers}: {line.removeprefix('exploring ').strip()}")
                else:
                    said = line.strip()
        self._running.discard(process)
        if process.returncode:
            raise CannotTell((said or f"ended the explorer with {process.returncode}").removeprefix("cannot: "))
        return out.read_text()


def _note(record: Record, mix: tuple[str, str], result: dict) -> None:
    for scene in result["scenes"]:
        key = (scene["name"], *mix)
        record.outcomes[key] = {outcome["text"]: outcome["order"] for outcome in scene["outcomes"]}
        record.scenarios[key] = Scenario(
            scene["ends"], scene["states"], scene["steps"], scene["preemptions"], scene["complete"]
        )
    if result["rounds"]:
        record.rounds[mix] = [
            Rounds(rounds["seed"], rounds["events"].split(), rounds["outcome"]) for rounds in result["rounds"]
        ]
