# SPDX-License-Identifier: GPL-2.0
"""Mails to patches: an mbox, a Maildir, a directory of mails, one mail, a bare diff.

git mailsplit and git mailinfo do the reading (transfer encodings, charsets, format=flowed); Python's email
package chooses the part of a mail that is plain text.
"""

import contextlib
import email
import email.policy
import gzip
import re
import sys
import tempfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from . import InputError, git, said

NUMBER = re.compile(r"\[[^\]]*?\b0*(\d+)/0*(\d+)[^\]]*\]")
VERSION = re.compile(r"\[[^\]]*\bv(\d+)\b[^\]]*\]", re.IGNORECASE)
TAGS = re.compile(r"^(?:\s*\[[^\]]*\])+\s*")
REPLY = re.compile(r"^\s*(?:re|aw|sv|antw|fwd?)\s*:", re.IGNORECASE)
DIFF = re.compile(rb"^(?:diff --git |--- [^\n]*\n\+\+\+ )", re.MULTILINE)
STAT = re.compile(rb"^ ?(\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?", re.MULTILINE)
PATCH_TYPES = ("text/plain", "text/x-patch", "text/x-diff")


@dataclass
class File:
    """What a patch does to one file."""

    name: str
    added: int = 0
    removed: int = 0
    binary: bool = False
    new: bool = False


@dataclass
class Patch:
    """One change, as it was sent."""

    where: str  # "series.mbox, mail 3"
    subject: str
    diff: bytes
    author: str = ""
    message_id: str = ""
    number: int = 0
    total: int = 0
    version: int = 1
    base_commit: str = ""
    level: int = 1  # of -p
    files: list[File] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)  # renamed: old, new; removed: old, ""
    text: str = ""  # of the commit

    @property
    def called(self) -> str:
        return f"{self.where} ({self.subject})" if self.subject else self.where


@dataclass
class Read:
    """What was found in the input."""

    patches: list[Patch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cover: str = ""  # its subject
    base_commit: str = ""


def found_in(given: str) -> Read:
    """The patches in `given`: a file, a directory or "-"."""
    if given == "-":
        found = _from_file("standard input", sys.stdin.buffer.read())
    else:
        path = Path(given)
        if path.is_dir():
            found = _from_directory(path)
        else:
            found = _from_file(path.name, _bytes(path))
    if not found.patches:
        what = "standard input" if given == "-" else given
        raise InputError(f"{what} holds no patch: no mail in it has a diff{_of_mails(found)}")
    return found


def read(given: str, source: Path) -> Read:
    """Those, in the order of the series. `source`: the kernel's tree."""
    found = found_in(given)
    _order(found)
    for patch in found.patches:
        look(patch, source)
    _refuse_twice(found.patches)
    if all(file.binary for patch in found.patches for file in patch.files):
        raise InputError(f"{found.patches[0].called} is a binary patch: there is no text to compare")
    if not any(_of_kernel(file, source) for patch in found.patches for file in patch.files):
        names = [file.name for file in found.patches[0].files]
        raise InputError(f"{found.patches[0].called} is of another project: this kernel has no {_list(names)}")
    return found


def _of_mails(found: Read) -> str:
    return f" ({'; '.join(found.notes[:2])})" if found.notes else ""


def _list(names: list[str], shown: int = 2) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def _from_directory(path: Path) -> Read:
    folders = [path / "new", path / "cur"] if (path / "cur").is_dir() else [path]
    names = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
    names = [file for file in names if not file.name.startswith(".") and file.is_file()]
    if not names:
        raise InputError(f"{path} is an empty directory: there are no mails in it")

    def natural(file: Path) -> list:
        return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", file.name) if part]

    found = Read()
    for file in sorted(names, key=natural):
        one = _from_file(file.name, _bytes(file))
        found.patches += one.patches
        found.notes += one.notes
        found.cover = found.cover or one.cover
        found.base_commit = found.base_commit or one.base_commit
    return found


def _from_file(name: str, content: bytes) -> Read:
    """One file: an mbox, a mail, a diff; gzipped or not."""
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            raise InputError(f"{name} is a gzip file that is truncated or damaged") from None
    if not content.strip():
        raise InputError(f"{name} is empty")
    if b"\0" in content or not _is_text(content):
        raise InputError(f"{name} is no patch and no mail: it is not a text")
    head = content.lstrip()
    if not head.startswith(b"From "):
        message = email.message_from_bytes(head, policy=email.policy.compat32)
        if not (message["Subject"] or message["From"]):
            return _bare(name, content)
    found = Read()
    mails = _split(name, head)
    seen: dict[str, str] = {}
    for number, raw in enumerate(mails, 1):
        where = f"{name}, mail {number}" if len(mails) > 1 else name
        _take(found, where, raw, seen)
    return found


def _is_text(content: bytes) -> bool:
    """Random bytes have many control characters; the mails of any charset do not."""
    start = content[:4096]
    odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in start)
    return odd * 50 <= len(start)


def _bare(name: str, content: bytes) -> Read:
    """What git diff or diff -u printed, without a mail around it."""
    content = content.replace(b"\r\n", b"\n")
    if not DIFF.search(content):
        raise InputError(
            f"{name} is no patch: it has no '--- a/file' with '+++ b/file' below it (diff -u), and no mail's head"
        )
    before = content[: DIFF.search(content).start()].decode(errors="replace")
    title = re.search(r"^commit [0-9a-f]{7,}$.*?^    (\S.*?)$", before, re.MULTILINE | re.DOTALL)
    found = Read([Patch(name, title[1] if title else Path(name).stem, content, text=before)])
    found.base_commit = _base_commit(content)
    return found


def _base_commit(content: bytes) -> str:
    base = re.search(rb"^base-commit: ([0-9a-f]{7,64})$", content, re.MULTILINE)
    return base[1].decode() if base else ""


def _split(name: str, content: bytes) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        done = git("mailsplit", "-b", "-d6", f"-o{folder}", given=content)
        if done.returncode:
            raise InputError(f"{name} is no mbox: git mailsplit says {said(done)}")
        return [file.read_bytes() for file in sorted(Path(folder).iterdir())]


def _header(message: email.message.Message, name: str) -> str:
    """Decoded, on one line."""
    try:
        return " ".join(str(message[name] or "").split())
    except (ValueError, LookupError, IndexError):
        return ""


def _take(found: Read, where: str, raw: bytes, seen: dict[str, str]) -> None:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    subject = _header(message, "Subject")
    title = TAGS.sub("", subject)
    called = f"{where} ({title})" if title else where
    identity = _header(message, "Message-ID")
    text, diff, author = _mailinfo(called, _plain(called, message, raw))
    found.base_commit = found.base_commit or _base_commit(text.encode(errors="replace") + diff)
    start = DIFF.search(diff)
    number = NUMBER.search(subject)
    if not start:
        if number and int(number[1]) == 0:
            found.cover = title
        elif number and not REPLY.match(subject):
            raise InputError(f"{called} holds no diff, though it is {number[1]}/{number[2]}: truncated?")
        else:
            found.notes.append(f"no diff in {called}")
        return
    if REPLY.match(subject):
        found.notes.append(f"left out, a reply with a diff: {called}")
        return
    if identity and seen.get(identity) == title:
        found.notes.append(f"left out, the same mail again: {called}")
        return
    seen[identity] = title
    version = VERSION.search(subject)
    patch = Patch(where, title, diff, author, identity, text=text)
    patch.number, patch.total = (int(number[1]), int(number[2])) if number else (0, 0)
    patch.version = int(version[1]) if version else 1
    found.patches.append(patch)


def _plain(called: str, message: email.message.EmailMessage, raw: bytes) -> bytes:
    """The mail without what is there a second time as HTML."""
    types = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    if "text/html" not in types:
        return raw
    if not any(kind in PATCH_TYPES for kind in types):
        raise InputError(f"{called} is HTML only: ask for it as plain text (git send-email)")
    parts = [part for part in message.walk() if not part.is_multipart() and part.get_content_type() in PATCH_TYPES]
    heads = "".join(f"{name}: {_header(message, name)}\n" for name in ("From", "Subject", "Date", "Message-ID"))
    body = "\n".join(_decoded(part) for part in parts)
    return f"{heads}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}".encode(errors="replace")


def _decoded(part: email.message.EmailMessage) -> str:
    content = part.get_payload(decode=True) or b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        return content.decode(errors="replace")


def _mailinfo(called: str, raw: bytes) -> tuple[str, bytes, str]:
    """What the commit would say, the diff, and the author."""
    with tempfile.TemporaryDirectory() as folder:
        text, diff = Path(folder) / "text", Path(folder) / "diff"
        done = git("mailinfo", "-u", "--quoted-cr=strip", "--no-scissors", text, diff, given=raw)
        if done.returncode:
            raise InputError(f"{called} cannot be read as a mail: git mailinfo says {said(done)}")
        head = dict(re.findall(r"^(\w+): (.*)$", done.stdout.decode(errors="replace"), re.MULTILINE))
        author = f"{head.get('Author', '')} <{head.get('Email', '')}>" if head.get("Email") else ""
        return (
            text.read_text(errors="replace") if text.exists() else "",
            diff.read_bytes().replace(b"\r\n", b"\n") if diff.exists() else b"",
            author,
        )


def _order(found: Read) -> None:
    """The newest version of a series, in the order of its numbers."""
    patches = found.patches
    newest = max(patch.version for patch in patches)
    if any(patch.version != newest for patch in patches):
        found.notes.append(f"left out: mails of other versions than v{newest}")
        patches[:] = [patch for patch in patches if patch.version == newest]
    totals = {patch.total for patch in patches}
    if len(totals) != 1 or totals == {0}:
        return
    total, numbers = totals.pop(), [patch.number for patch in patches]
    double = next((number for number in numbers if numbers.count(number) > 1), None)
    if double is not None:
        both = [patch.where for patch in patches if patch.number == double]
        raise InputError(f"two patches say that they are {double}/{total}: {both[0]} and {both[1]}")
    # A single mail of a series is a patch by itself.
    missing = [number for number in range(1, total + 1) if number not in numbers]
    if missing and len(patches) > 1:
        raise InputError(f"of the series patch {_list([f'{number}/{total}' for number in missing])} is missing")
    patches.sort(key=lambda patch: patch.number)


def look(patch: Patch, source: Path) -> None:
    """Which files, by git's own reading of the diff."""
    readings = []
    for level in (1, 0):
        done = git("apply", "--numstat", "-z", f"-p{level}", "-", given=patch.diff)
        if done.returncode:
            readings.append((level, [], said(done)))
            continue
        rows = [row.split("\t", 2) for row in done.stdout.decode(errors="replace").split("\0") if row.count("\t") == 2]
        files = [
            File(name, int(added) if added != "-" else 0, int(removed) if removed != "-" else 0, added == "-")
            for added, removed, name in rows
        ]
        readings.append((level, files, ""))
    usable = [reading for reading in readings if reading[1]]
    if not usable:
        complaint = readings[0][2]
        if "cannot apply binary" in complaint or re.search(rb"^Binary files .* differ$", patch.diff, re.MULTILINE):
            raise InputError(f"{patch.called} is a binary patch without its data: {complaint}")
        line = re.search(r"corrupt patch at (?:line |\S+:)(\d+)", complaint)
        what = f"it ends or breaks off at line {line[1]} of the diff" if line else complaint
        raise InputError(f"{patch.called} is truncated or damaged: {what}")
    known = [reading for reading in usable if any(_of_kernel(file, source) for file in reading[1])]
    patch.level, patch.files, _ = (known or usable)[0]
    _compare_stat(patch)
    summary = git("apply", "--summary", f"-p{patch.level}", "-", given=patch.diff).stdout.decode(errors="replace")
    for old, new in re.findall(r"^ rename (.*) => (.*) \(\d+%\)$", summary, re.MULTILINE):
        patch.moves.append(_braces(old, new))
    created = {*re.findall(r"^ create mode \d+ (.*)$", summary, re.MULTILINE), *(new for _, new in patch.moves)}
    for file in patch.files:
        file.new = file.name in created
    patch.moves += [(name, "") for name in re.findall(r"^ delete mode \d+ (.*)$", summary, re.MULTILINE)]


def _braces(old: str, new: str) -> tuple[str, str]:
    """mm/{a.c => b.c}, as git shortens it."""
    if "{" not in old:
        return old, new
    before, _, old = old.partition("{")
    new, _, after = new.partition("}")
    return f"{before}{old}{after}", f"{before}{new}{after}"


def _compare_stat(patch: Patch) -> None:
    """A mail that ends between two hunks looks whole: its diffstat knows better. So does the signature."""
    start = DIFF.search(patch.diff).start()
    stats = STAT.findall(patch.diff[:start]) or STAT.findall(patch.text.encode(errors="replace"))
    if not stats or re.search(rb"^-- ?\n", patch.diff[start:], re.MULTILINE):
        return
    files, added, removed = (int(number or 0) for number in stats[-1])
    has = (len(patch.files), sum(file.added for file in patch.files), sum(file.removed for file in patch.files))
    if has[0] < files or has[1] + has[2] < added + removed:
        raise InputError(
            f"{patch.called} is truncated: its diffstat says {files} files, +{added} -{removed}, "
            f"the diff has {has[0]}, +{has[1]} -{has[2]}"
        )


# Of these the tree that the set-up unpacks has all files, of others only what a build needs.
WHOLE = ("mm", "kernel", "lib", "include", "init", "ipc")
# Folders of the kernel's whose folders are not all there, and files beside them.
OPEN = ("Documentation", "tools", "LICENSES", "MAINTAINERS", "CREDITS", ".mailmap", ".gitignore", "README")


def _of_kernel(file: File, source: Path) -> bool:
    """Is it one of the kernel's, or may it be a new one?"""
    top, *rest = Path(file.name).parts
    with contextlib.suppress(OSError):
        if (source / file.name).exists() or top in OPEN:
            return True
        if not rest or not (source / top).is_dir():
            return False
        if top in WHOLE:
            return file.new and (source / file.name).parent.is_dir()
        return len(rest) == 1 or (source / top / rest[0]).is_dir()
    return False


def _refuse_twice(patches: list[Patch]) -> None:
    seen: dict[str, Patch] = {}
    for patch in patches:
        identity = git("patch-id", "--stable", given=patch.diff).stdout.split()
        key = identity[0].decode() if identity else ""
        if key and key in seen:
            raise InputError(f"{patch.called} is the same patch as {seen[key].where}: it would be applied twice")
        seen[key] = patch
