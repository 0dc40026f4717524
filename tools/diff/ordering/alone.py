# SPDX-License-Identifier: GPL-2.0
"""The verdict on orderings alone: of patches of which it is known that states and schedules are the same."""

import re
from pathlib import Path as File

from host import explorer, sides, trees

from .job import Orderings


class Job:
    """What Orderings.judge() takes."""

    def __init__(self, name: str, files: dict[str, str], shape: trees.Shape):
        self.name, self.files, self.shape = name, files, shape
        self.verdict, self.reason, self.ordering = "identical", "in what was looked at", {}

    def cannot_tell(self, reason) -> None:
        self.verdict, self.reason = "could not tell", str(reason)


def verdicts(kernel: sides.Kernel, out: File, patches: list[File]) -> dict[str, Job]:
    """By the name of each patch."""
    before = trees.read_tree(kernel.source)
    code, jobs = {"before": (before, trees.shape(before))}, {}
    for patch in patches:
        name = re.sub(r"\W+", "_", patch.stem)
        files, _ = trees.apply(patch, before, out / "scratch")
        code[name] = files, trees.shape(files, before)
        jobs[patch.stem] = Job(name, *code[name])
    (out / "explorer").mkdir(parents=True, exist_ok=True)
    errors = explorer.build(kernel, out / "explorer", code)
    orderings = Orderings(kernel, out, before)
    for job in jobs.values():
        if job.name in errors:
            job.cannot_tell(errors[job.name])
        else:
            orderings.judge(job)
    return jobs
