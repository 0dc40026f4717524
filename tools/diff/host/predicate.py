# SPDX-License-Identifier: GPL-2.0
"""The predicate of each side over all 2^32 inputs, on this machine.

The object that is linked into the side's module is linked into a program, and
the answers are kept by the object's hash: the same object is not run twice.
"""

import hashlib
import subprocess
from pathlib import Path

from . import CannotTell, machine
from .sides import TOP


def _panics(path: Path) -> list[str]:
    """What Rust calls where it panics, on a kernel with its debug assertions."""
    undefined = subprocess.run([machine.of(path).tool("nm"), "-u", "-j", str(path)], capture_output=True, text=True, check=False).stdout
    return [symbol for symbol in undefined.split() if "core9panicking" in symbol]


def _program(objects: dict[str, Path], name: str, cache: Path) -> tuple[Path, list[str]]:
    # The code and what it refers to; names and debugging information may differ.
    of = machine.of(objects[name])
    dump = subprocess.run(
        [of.tool("objdump"), "-dr", "-s", "-j", ".text", "-j", ".rodata", str(objects[name])],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\n", 2)[2]
    digest = hashlib.sha256(dump.replace(str(objects[name]), "").encode()).hexdigest()[:20]
    program = cache / f"predicate-{digest}"
    main = TOP / "tools/diff/module/predicate_main.c"
    return program, [
        of.gcc,
        "-O2",
        "-static",
        "-no-pie",
        "-z",
        "noexecstack",
        *(f"-Wl,--defsym={symbol}=0" for symbol in _panics(objects[name])),
        "-o",
        f"{program}.new",
        str(main),
        str(objects[name]),
    ]


def runs(objects: dict[str, Path], cache: Path) -> dict[str, list[str]]:
    """For each side the runs "first-last" of inputs for which it says "excluded"."""
    cache.mkdir(parents=True, exist_ok=True)
    answers, waiting = {}, []
    programs = {}
    for name in objects:
        program, command = _program(objects, name, cache)
        programs[name] = program
        if program.with_suffix(".txt").is_file() or program in [p for p, _ in waiting]:
            continue
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotTell(f"the predicate of {name} cannot be linked: {done.stderr.strip().splitlines()[-1]}")
        Path(f"{program}.new").rename(program)
        waiting.append((program, subprocess.Popen([*machine.of(program).emulator, program], stdout=subprocess.PIPE, text=True)))
    for program, process in waiting:
        output = process.communicate()[0]
        if process.returncode < 0:
            raise CannotTell(f"{program} failed: the predicate panicked, or crashed (signal {-process.returncode})")
        if process.returncode or not output.endswith("end\n"):
            raise CannotTell(f"{program} failed: the predicate changes its mind more than a thousand times")
        new = program.with_suffix(".new")
        new.write_text(output)
        new.rename(program.with_suffix(".txt"))
    for name, program in programs.items():
        answers[name] = program.with_suffix(".txt").read_text().splitlines()[:-1]
    return answers
