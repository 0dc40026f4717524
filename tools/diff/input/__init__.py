# SPDX-License-Identifier: GPL-2.0
"""From mails, files or commits to patches, one on top of the other. Runs where git is, outside of the build root."""

import os
import subprocess
from pathlib import Path

# A user's configuration must not decide how a mail is read.
ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0",
    "GIT_AUTHOR_NAME": "diff", "GIT_AUTHOR_EMAIL": "diff", "GIT_COMMITTER_NAME": "diff", "GIT_COMMITTER_EMAIL": "diff",
}  # fmt: skip


class InputError(Exception):
    """What was given cannot be compared; says in one line why."""


def git(*arguments: str | Path, given: bytes = b"", where: Path | None = None) -> subprocess.CompletedProcess:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    # A checkout of somebody else's may be read. Below one, git apply would take names to be below it, too.
    command = ["git", "-c", "safe.directory=*", "-C", str(where or "/"), *map(str, arguments)]
    try:
        return subprocess.run(command, input=given, capture_output=True, check=False, env=inherited | ENVIRONMENT)
    except FileNotFoundError:
        raise InputError("git is not installed here") from None


def said(done: subprocess.CompletedProcess) -> str:
    """The first thing that git has against something."""
    lines = done.stderr.decode(errors="replace").splitlines()
    complaint = next(
        (line for line in lines if line.startswith(("error:", "fatal:"))), lines[0] if lines else "nothing"
    )
    return complaint.partition(": ")[2] or complaint
