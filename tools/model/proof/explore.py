#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Build the explorer of schedules over the kernel's C and Rust, and have it write down its steps.

    explore.py --kernel DIR --out DIR    prints NAME=FILE for each run, for steps.py
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

from host import CannotTell, explorer, sides, trees  # noqa: E402

MIXES = [("before", "before"), ("before", "rust"), ("rust", "before"), ("rust", "rust")]
NAMES = {"before": "C", "rust": "Rust"}
FLAG = 1 << 30
# Counts that no schedule comes to, for a few scenes: the limit, the flag without a writer, saturated ones.
COUNTS = (FLAG - 2, FLAG - 1, FLAG, FLAG + 1, 2 * FLAG - 2, 2 * FLAG - 1, 2 * FLAG, 3 * FLAG - 1, 3 * FLAG, 4 * FLAG - 2, 4 * FLAG - 1)
PLANTED = ("reader+reader", "reader+reader-locked", "reader-locked+writer", "writer+detacher", "reader+writer", "reader+killable-writer+signal")


def build(kernel: sides.Kernel, folder: Path) -> Path:
    before = trees.read_tree(kernel.tree)
    folder.mkdir(parents=True, exist_ok=True)
    explorer.build(kernel, folder, {"before": (before, trees.shape(before))})
    return folder / "explorer_before"


def run(program: Path, mix: tuple[str, str], scenes: str, count: int | None) -> str:
    name = f"readers {NAMES[mix[0]]}, writers {NAMES[mix[1]]}" + (f", count {count:#x}, {scenes}" if count is not None else "")
    file = program.with_name(f"steps-{mix[0]}-{mix[1]}-{scenes}-{count}.jsonl")
    command = [program, "--readers", mix[0], "--writers", mix[1], "--out", file.with_suffix(".json"), "--scenes", scenes, "--edges", file]
    if count is not None:
        command += ["--count", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotTell(f"{name}: {(done.stderr.strip() or 'nothing').splitlines()[-1]}")
    return f"{name}={file}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernel", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    program = build(sides.Kernel(args.kernel), args.out)
    jobs = [(mix, "small", None) for mix in MIXES]
    jobs += [(mix, scenes, count) for mix in MIXES[::3] for scenes in PLANTED for count in COUNTS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        print(*pool.map(lambda job: run(program, *job), jobs), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
