#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Build the explorer of schedules over the kernel's C and Rust, and have it write down its steps.

    explore.py --kernel DIR --out DIR             the kernel's C and Rust, and each mix of them
    explore.py --kernel DIR --out DIR PATCH...    the C after each patch, alone

Prints NAME=FILE for each run, for steps.py.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tools/diff"))
sys.dont_write_bytecode = True

from host import CannotTell, explorer, sides, trees

MIXES = [("before", "before"), ("before", "rust"), ("rust", "before"), ("rust", "rust")]
NAMES = {"before": "C", "rust": "Rust"}
FLAG = 1 << 30
# Counts that no schedule comes to, for a few scenes: the limit, the flag without a writer, saturated ones.
COUNTS = (
    FLAG - 2,
    FLAG - 1,
    FLAG,
    FLAG + 1,
    2 * FLAG - 2,
    2 * FLAG - 1,
    2 * FLAG,
    3 * FLAG - 1,
    3 * FLAG,
    4 * FLAG - 2,
    4 * FLAG - 1,
)
PLANTED = (
    "reader+reader", "reader+reader-locked", "reader-locked+writer", "writer+detacher", "reader+writer",
    "reader+killable-writer+signal",
)  # fmt: skip


def run(program: Path, mix: tuple[str, str], scenes: str, count: int | None) -> str:
    name = f"{NAMES.get(mix[0], mix[0])}-{NAMES.get(mix[1], mix[1])}"
    if count is not None:
        name += f", {scenes} from {count:#x}"
    file = program.with_name(f"steps-{mix[0]}-{mix[1]}-{scenes}-{count}.jsonl")
    command = [
        program,
        "--readers",
        mix[0],
        "--writers",
        mix[1],
        "--out",
        file.with_suffix(".json"),
        "--scenes",
        scenes,
    ]
    command += ["--edges", file, *(["--count", str(count)] if count is not None else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotTell(f"{name}: {(done.stderr.strip() or 'nothing').splitlines()[-1]}")
    return f"{name}={file}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernel", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("patches", type=Path, nargs="*")
    args = parser.parse_args()
    kernel = sides.Kernel(args.kernel)
    before = trees.read_tree(kernel.tree)
    known = {"before": (before, trees.shape(before))}
    for patch in args.patches:
        after, _ = trees.apply(patch, before, args.out / "scratch")
        known[sides_name(patch)] = (after, trees.shape(after, before))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, error in explorer.build(kernel, args.out, known).items():
        print(f"# {name}: {error}")
        known.pop(name)
    if args.patches:
        mixes = [(name, name) for name in known if name != "before"]
        jobs = [(mix, "protocol", None) for mix in mixes]
        jobs += [(mix, scenes, count) for mix in mixes for scenes in PLANTED for count in COUNTS]
    else:
        jobs = [(mix, "protocol", None) for mix in MIXES]
        jobs += [(mix, scenes, count) for mix in MIXES[::3] for scenes in PLANTED for count in COUNTS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda job: tried(args.out, *job), jobs):
            print(result)
    return 0


def sides_name(patch: Path) -> str:
    """A name that is one in C."""
    return patch.stem.replace("-", "_")


def tried(folder: Path, mix, scenes, count) -> str:
    side = "before" if mix[0] in NAMES else mix[0]
    try:
        return run(folder / f"explorer_{side}", mix, scenes, count)
    except CannotTell as error:
        return f"# {error}"


if __name__ == "__main__":
    sys.exit(main())
