# SPDX-License-Identifier: GPL-2.0
"""The files that define the protocol: out of a tree, with a patch on them."""

import itertools
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import CannotTell

PROTOCOL = (
    "include/linux/mmap_lock.h",
    "mm/mmap_lock.c",
    "include/linux/mm_types.h",
    "include/linux/rcuwait.h",
    "include/linux/refcount.h",
    "kernel/exit.c",
    "kernel/rcu/update.c",
    "lib/refcount.c",
)
# What they trace is compiled with them, and not compared.
TRACE = "include/trace/events/mmap_lock.h"

# What the protocol calls, and is one for all sides where they are compared: the kernel's own, or modelled.
SHARED = ("lib/maple_tree.c", "kernel/locking/rwsem.c")

# What things have been called, newest first.
PREDICATES = ("__vma_are_readers_excluded", "are_readers_excluded", "is_vma_writer_only")
FLAGS = ("VM_REFCNT_EXCLUDE_READERS_FLAG", "VMA_LOCK_OFFSET")
LIMITS = ("VM_REFCNT_LIMIT", "VMA_REF_LIMIT")

# What tools/diff/module/ops.h and tree_side.c call.
OPERATIONS = (
    "vma_refcount_put", "vma_end_read", "vma_start_read", "vma_start_read_locked", "vma_start_write",
    "vma_start_write_killable", "vma_mark_attached", "vma_mark_detached", "vma_is_attached", "vma_assert_attached",
    "vma_assert_detached", "vma_assert_write_locked", "vma_assert_locked", "vma_lock_init", "vma_end_write_all",
    "lock_vma_under_rcu", "lock_next_vma", "vma_start_read_locked_nested", "mmap_lock_speculate_try_begin",
    "mmap_lock_speculate_retry", "mmap_assert_locked", "mmap_assert_write_locked", "mmap_write_lock",
    "mmap_write_lock_nested", "mmap_write_lock_killable", "mmap_read_lock", "mmap_read_lock_killable",
    "mmap_read_trylock", "mmap_write_unlock", "mmap_write_downgrade", "mmap_read_unlock", "mmap_read_unlock_non_owner",
)  # fmt: skip
# These not every tree has.
OPTIONAL = ("vma_assert_stabilised", "vma_assert_can_modify")

# Folders with files of the same names that are not the kernel's own.
NOT_KERNEL = {"tools", "arch", "drivers", "rust", "samples", "scripts"}

DEFINITION = re.compile(r"^(?!#|typedef)([a-z][\w \t*]*?[ \t*\n])(\w+)\(([^;{}()]*)\)\s*\{", re.MULTILINE)


@dataclass
class Applied:
    """What became of a patch."""

    files: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)  # headers of trace points
    not_compared: list[str] = field(default_factory=list)  # though it is compiled
    not_examined: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # hunks that did not apply exactly


@dataclass
class Shape:
    """What a tree calls the things that have had several names."""

    flag: str
    limit: str
    predicate: str = ""  # "": it has none
    renamed: dict[str, str] = field(default_factory=dict)
    optional: list[str] = field(default_factory=list)  # of those that not every tree has
    traces: list[str] = field(default_factory=list)  # trace points that the kernel does not have
    tracing: str = ""  # functions that are called for them


def write(path: Path, text: str) -> None:
    """Leave a file alone that has this content, so that nothing is built again."""
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def changed(files: dict[str, str], since: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if text != since[name]}


def write_headers(side: Path, files: dict[str, str]) -> None:
    """Into side/include, and nothing else there."""
    ours = {name: text for name, text in files.items() if name.startswith("include/")}
    for path in (side / "include").rglob("*.h"):
        if str(path.relative_to(side)) not in ours:
            path.unlink()
    for name, text in ours.items():
        write(side / name, text)


def unread(noted: Path, side: str, files: dict[str, str]) -> str:
    """Which of the other headers an object was not compiled with, by what kbuild has noted of it."""
    text = noted.read_text() if noted.is_file() else ""
    return next((name for name in sorted(files.keys() - of_protocol(files).keys()) if f"{side}/{name}" not in text), "")


def read_tree(tree: Path) -> dict[str, str]:
    """The protocol files of a kernel tree."""
    if not tree.is_dir():
        raise CannotTell(f"{tree}: no such folder; give a kernel source tree")
    files = {}
    for name in (*PROTOCOL, TRACE):
        try:
            files[name] = (tree / name).read_text()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", "") or "not a text"
            raise CannotTell(f"{tree} is no kernel source tree: {name}: {why}") from None
    return files


def of_protocol(files: dict[str, str]) -> dict[str, str]:
    """Without the other headers that are compared."""
    return {name: text for name, text in files.items() if name in PROTOCOL or name == TRACE}


def headers(commands: Path, source: Path) -> set[str]:
    """The headers of the kernel that the protocol is compiled with, by what kbuild has noted of an object."""
    # A tree may be known by a link to it, and kbuild writes where it is.
    tree = "|".join(re.escape(str(path)) for path in (source, source.resolve()))
    found = re.findall(rf"^\s*(?:(?:{tree})/)?(\S+\.h)\b", commands.read_text(), re.MULTILINE)
    names = {name for name in found if re.match(r"(?:include|arch/\w+/include)/(?!generated/)", name)}
    # All of it begins with this one: without it nothing could be said of any header.
    if "include/linux/mm.h" not in names:
        raise CannotTell(f"{commands} does not say which headers of {source} the protocol is compiled with")
    return names - {*PROTOCOL, TRACE}


def file_of(path: str, side: str) -> str:
    """The file that the compiler means: of the protocol, or a header that is laid out for this side. Else nothing."""
    found = re.search(rf"(?:^|/){side}/(include/\S+)$", path)
    return next((name for name in PROTOCOL if path.endswith(name)), found[1] if found else "")


def with_headers(files: dict[str, str], patches: list[Path], known: set[str], source: Path) -> dict[str, str]:
    """And those of the `known` headers that these patches touch."""
    touched = {_name(new, known) for patch in patches if patch.is_file() for _, new, _ in _sections(_text(patch))}
    return files | {name: _text(source / name) for name in touched if name}


def other_headers(tree: Path, source: Path, known: set[str]) -> list[str]:
    """Those of the `known` headers that another tree has otherwise."""
    both = [name for name in sorted(known) if (tree / name).is_file() and (source / name).is_file()]
    return [name for name in both if (tree / name).read_bytes() != (source / name).read_bytes()]


def laid_out_otherwise(before: dict[str, str], after: dict[str, str]) -> str:
    """What a change does to a type of the other headers; the kernel's own objects have it as it was."""
    theirs = _types(after)
    odd = next((name for name, text in _types(before).items() if theirs.get(name) != text), "")
    return odd and f"lays out {odd} otherwise: it needs a kernel of its own"


def _types(files: dict[str, str]) -> dict[str, str]:
    code = _code({name: text for name, text in files.items() if name not in PROTOCOL and name != TRACE})
    head = r"^(?:typedef )?((?:struct|union|enum)\b[^;{}()]*|\w+_struct\([^;{}]*)\{"
    found = re.finditer(rf"{head}.*?^\}}[^;]*;", code, re.MULTILINE | re.DOTALL)
    return {" ".join(match[1].split()): " ".join(match[0].split()) for match in found}


def version(tree: Path) -> str:
    try:
        makefile = (tree / "Makefile").read_text(errors="replace")
    except OSError:
        return "of unknown version"
    return version_of(makefile)


def version_of(makefile: str) -> str:
    parts = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\S*)$", makefile, re.MULTILINE))
    return "{VERSION}.{PATCHLEVEL}.{SUBLEVEL}{EXTRAVERSION}".format_map(defaultdict(str, parts))


def _code(files: dict[str, str]) -> str:
    """All files, without comments."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", "\n".join(files.values()), flags=re.DOTALL)


def _definitions(code: str) -> dict[str, tuple]:
    """Function -> its type: what it returns, and the types of its parameters."""
    found = {}
    for returns, name, parameters in DEFINITION.findall(code):
        words = [
            word for word in returns.split() if word not in ("static", "inline", "__must_check", "__always_inline")
        ]
        types = [re.sub(r"\w+$", "", " ".join(p.split())).strip() for p in parameters.split(",")]
        found.setdefault(name, ("".join(words), *types))
    return found


def shape(files: dict[str, str], before: dict[str, str] | None = None) -> Shape:
    """The names in a tree; refuses one whose protocol is another. What a patch on `before`
    renames is found by its type: one function is gone, one of that type is new."""
    files, before = of_protocol(files), before and of_protocol(before)
    code = _code(files)
    defined = _definitions(code)
    flag = next((name for name in FLAGS if re.search(rf"#define\s+{name}\b", code)), None)
    limit = next((name for name in LIMITS if re.search(rf"#define\s+{name}\b", code)), None)
    predicate = next((name for name in PREDICATES if name in defined), "")
    if not (flag and limit and (predicate or before)):
        raise CannotTell(
            "unknown shape of the protocol: looked in include/linux/mmap_lock.h for one of "
            + ", ".join(f"{name}()" for name in PREDICATES)
            + f", and in include/linux/mm_types.h for {' or '.join(FLAGS)} and {' or '.join(LIMITS)}"
        )
    result = Shape(flag, limit, predicate, optional=[name for name in OPTIONAL if name in defined])
    if before:
        was = _definitions(_code(before))
        old = next(name for name in PREDICATES if name in was)
        for name in (*OPERATIONS, *([] if predicate else [old])):
            if name not in was or name in defined:
                continue
            new = [n for n, kind in defined.items() if kind == was[name] and n not in was]
            if len(new) == 1:
                result.renamed[name] = new[0]
        result.traces = sorted(_traces(files) - _traces(before))
        result.tracing = "".join(text for name, text in _tracing(files).items() if name not in _tracing(before))
        result.predicate = predicate or result.renamed.pop(old, "")
    return result


def tokens(files: dict[str, str]) -> str:
    """What the compiler sees: without comments, and with white space only where it counts."""
    return "\0".join(f"{name}\0{_tokens(text)}" for name, text in sorted(files.items()))


TOKEN = re.compile(
    r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|/\*.*?\*/|//[^\n]*|\w+|\n|[^\S\n]+"
    r"|->|\+\+|--|<<=|>>=|<<|>>|&&|\|\||[-+*/%&|^=!<>]=|\.\.\.|##|.",
    re.DOTALL,
)


def _tokens(text: str) -> str:
    """A directive ends with its line, and a blank in it may count; elsewhere none does."""
    out, directive, line_begins = [], False, True
    for token in TOKEN.findall(text.replace("\\\n", " ")):
        if token.startswith(("/*", "//")) or token.isspace():
            if token == "\n":
                out.append("\n" if directive else "")
                directive, line_begins = False, True
            elif directive and out[-1] != " ":
                out.append(" ")
            continue
        if token == "#" and line_begins:
            directive = True
            out.append("\n")
        out.append(token if directive else f"{token}\x01")
        line_begins = False
    return re.sub(r" +\n", "\n", "".join(out))


def spaced(text: str) -> str:
    """What tokens() has made, to be read."""
    return text.replace("\x01", " ")


def _traces(files: dict[str, str]) -> set[str]:
    """The trace points that are called."""
    code = _code({name: text for name, text in files.items() if name != TRACE})
    calls = re.findall(r"\b(?:trace_(\w+?)(?:_enabled)?|tracepoint_enabled\((\w+)\))\s*(?=[(\s;])", code)
    return {name for pair in calls for name in pair if name}


def _tracing(files: dict[str, str]) -> dict[str, str]:
    """The functions that call trace points for headers; oracle/filter.sed leaves them out."""
    block = re.search(r"^#ifdef CONFIG_TRACING\n(.*?)^#endif", files["mm/mmap_lock.c"], re.MULTILINE | re.DOTALL)
    found = re.finditer(
        r"^\w[^;{}#]*?(\w+)\([^;{}]*\)\s*\{.*?^\}\n", block[1] if block else "", re.MULTILINE | re.DOTALL
    )
    return {match[1]: match[0] for match in found}


def _text(path: Path) -> str:
    return path.read_text(errors="surrogateescape")


def _protocol_name(path: str) -> str | None:
    return _name(path, (*PROTOCOL, TRACE))


def _name(path: str, names: Iterable[str]) -> str | None:
    """The one of these files that a patch means by this path, with whatever prefix."""
    for name in names:
        if path == name or path.endswith(f"/{name}"):
            return None if NOT_KERNEL & set(path.removesuffix(name).split("/")) else name
    return None


def _plain(path: str) -> str:
    return re.sub(r"^[ab]/", "", path)


def _sections(patch: str) -> list[tuple[str, str, str]]:
    """(old name, new name, hunks) of each file, in order."""
    sections = []
    lines = patch.splitlines(keepends=True)
    starts = [n for n in range(len(lines) - 1) if lines[n].startswith("--- ") and lines[n + 1].startswith("+++ ")]
    for start, end in itertools.pairwise([*starts, len(lines)]):
        old, new = (re.split(r"[\t\n]|\s+\d{4}-", lines[n][4:])[0].strip() for n in (start, start + 1))
        sections.append((old, new, "".join(lines[start + 2 : end])))
    return sections


def _refuse_moves(patch: Path, text: str, sections: list[tuple[str, str, str]]) -> None:
    moves = list(
        zip(re.findall(r"^rename from (.*)$", text, re.MULTILINE), re.findall(r"^rename to (.*)$", text, re.MULTILINE))
    )
    for old, new in [*moves, *((old, new) for old, new, _ in sections)]:
        if _protocol_name(old) and new == "/dev/null":
            raise CannotTell(f"{patch} removes {_protocol_name(old)}, which the protocol is looked for in")
        if _protocol_name(old) != _protocol_name(new) and old != "/dev/null" and not old.endswith(".orig"):
            raise CannotTell(
                f"{patch} renames {_plain(old)} to {_plain(new)}: the protocol is looked for in {', '.join(PROTOCOL)}"
            )


def apply(patch: Path, files: dict[str, str], scratch: Path) -> tuple[dict[str, str], Applied]:
    """Apply a patch to the protocol files; the tree itself stays as it is."""
    try:
        text = _text(patch)
    except OSError as error:
        raise CannotTell(f"cannot read the patch {patch}: {error.strerror}") from None
    if not text.strip():
        raise CannotTell(f"the patch {patch} is empty")
    sections = _sections(text)
    _refuse_moves(patch, text, sections)
    if not sections:
        raise CannotTell(f"{patch} is no patch: it has no '--- a/file' with '+++ b/file' below it (diff -u)")

    applied = Applied()
    wanted = ""
    for old, new, hunks in sections:
        name = _name(new, files)
        if name:
            (applied.traces if name == TRACE else applied.files).append(name)
            wanted += f"--- a/{name}\n+++ b/{name}\n{hunks}"
        else:
            applied.not_examined.append(_plain(old if new == "/dev/null" else new))
    if not applied.files:
        raise CannotTell(
            f"{patch} touches none of the protocol's files ({', '.join(PROTOCOL)}), "
            f"only {', '.join([*applied.traces, *applied.not_examined])}"
        )

    shutil.rmtree(scratch, ignore_errors=True)
    for name, content in files.items():
        write(scratch / name, content)
    done = subprocess.run(
        ["patch", "-p1", "--force", "--no-backup-if-mismatch", "-d", str(scratch)],
        input=wanted.encode(errors="surrogateescape"),
        capture_output=True,
        check=False,
    )
    said = done.stdout.decode(errors="replace").splitlines()
    if done.returncode:
        failed = [line.strip() for line in said if "FAILED" in line or "malformed" in line or "Reversed" in line]
        errors = done.stderr.decode(errors="replace").splitlines()
        raise CannotTell(f"{patch} does not apply: {(failed or errors or said or ['patch said nothing'])[0]}")
    applied.notes = [line.strip() for line in said if "fuzz" in line or "offset" in line]
    result = {name: _text(scratch / name) for name in files}
    applied.files = list(dict.fromkeys(applied.files))
    applied.not_examined = list(dict.fromkeys(applied.not_examined))
    if result == files:
        raise CannotTell(f"{patch} changes nothing in the protocol's files")
    return result, applied
