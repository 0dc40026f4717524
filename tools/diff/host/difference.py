# SPDX-License-Identifier: GPL-2.0
"""One difference between two sides."""

from dataclasses import dataclass, field


@dataclass
class Difference:
    where: str  # "predicate", "constant", an operation, "schedules of ..."
    state: str  # in words
    before: str
    after: str
    rust: str
    kernel: str = ""  # the running kernel's binary
    key: tuple = ()
    # Of a schedule: the picture that lanes.py draws.
    lanes: dict = field(default_factory=dict)
