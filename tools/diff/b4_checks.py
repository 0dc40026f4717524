# SPDX-License-Identifier: GPL-2.0
"""b4, with the lines that Documentation/diff.rst has for it: what tools/diff/series-test asks of it."""

import os
import re
import subprocess
import venv
from pathlib import Path

from input import git

MBOXES = Path(__file__).resolve().parent / "mboxes"
TEN, FORTY = MBOXES / "ten.mbox", MBOXES / "forty.mbox"


def _install(folder: Path) -> str:
    """Into folder/venv. Return why it cannot be had."""
    try:
        venv.create(folder / "venv", with_pip=True)
        pip = [folder / "venv/bin/pip", "install", "--quiet", "b4"]
        done = subprocess.run(pip, capture_output=True, text=True, check=False, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        return f"no Python environment can be made: {error}"
    if done.returncode or not (folder / "venv/bin/b4").is_file():
        return "b4 cannot be had: " + (done.stderr.strip().splitlines() or ["pip says nothing"])[-1][:80]
    return ""


def _b4(folder: Path, where: Path, *arguments: str | Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"HOME": str(folder), "XDG_CACHE_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = [folder / "venv/bin/b4", "-n", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=where, env=environment)


def _am(command: str, folder: Path) -> str:
    """Of three mails the last one differs."""
    mails = re.split(r"^(?=From 0{40})", FORTY.read_text(), flags=re.MULTILINE)[1:]
    chosen = [mails[0], mails[19], TEN.read_text().split("\nFrom 0")[8]]
    text = ""
    for number, mail in enumerate(chosen, 1):
        mail = re.sub(
            r"\[PATCH \d+/\d+\]", f"[PATCH {number}/3]", mail if mail.startswith("From ") else f"From 0{mail}"
        )
        reply = "In-Reply-To: <01.forty@example.org>\nReferences: <01.forty@example.org>\n" if number > 1 else ""
        text += mail.rstrip("\n").replace("Message-ID:", f"{reply}Message-ID:", 1) + "\n\n"
    (folder / "three.mbox").write_text(text)
    where = folder / "checkout"
    where.mkdir()
    for arguments in (
        ["init", "--quiet"],
        ["commit", "--quiet", "--allow-empty", "-m", "x"],
        ["config", "b4.am-perpatch-check-cmd", command],
    ):
        git(*arguments, where=where)
    done = _b4(folder, where, "am", "-k", "-m", folder / "three.mbox", "-o", "-", "01.forty@example.org")
    told = re.findall(r"series: (.*)$", done.stderr, re.MULTILINE)
    passed = told[:2] == ["passed all checks"] * 2 and len(told) == 3 and told[2].startswith("ERROR: differs")
    return "" if passed else f"{told}; {done.stderr[-300:]}"


def _prep(command: str, folder: Path) -> str:
    """Of the ten commits in folder/linux numbers 8 and 9, on top of others: the second one differs."""
    where = folder / "linux"
    for arguments in (
        ["checkout", "--quiet", "-b", "topic", "HEAD~1"],
        ["config", "user.name", "A Developer"],
        ["config", "user.email", "developer@example.org"],
        ["config", "b4.prep-perpatch-check-cmd", command],
    ):
        git(*arguments, where=where)
    _b4(folder, where, "prep", "-e", "HEAD~2")
    done = _b4(folder, where, "prep", "--check")
    said = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)
    passed = re.search(r"are_readers_excluded\(\)\n\S+ \w+: [^\n]*flag alone\n\s+\S+ series: ERROR: differs", said)
    return "" if passed and "Success: 1, Warning: 0, Error: 1" in said else said[-400:]


def run(command: str, folder: Path, ktap) -> None:
    """`command` checks a patch on standard input; folder/linux has the ten patches of an mbox as commits."""
    why_not = _install(folder)
    for name, check in (("b4_am_check", _am), ("b4_prep_check", _prep)):
        if why_not:
            ktap.skip(name, why_not)
        else:
            ktap.result(name, check(command, folder))
