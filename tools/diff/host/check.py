# SPDX-License-Identifier: GPL-2.0
"""What can be said of the tool itself without a guest; tools/diff/selftest asks."""

import os
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from . import CannotTell, boot, coverage, guest, lanes, objects, show, sides, story, trees
from .boot import Attempt
from .difference import Difference
from .kept import Kept
from .store import Store

TEXT = "side {} flag 40000000 limit 3fffffff\nis_attached 00000001 0 0 0 0: ret=1\ncells 1 not-applicable 0 watchpoints 1\n"


def _attempt(*names: str, **what) -> Attempt:
    return Attempt(texts={name: TEXT.format(name) for name in names}, **what)


HUNG = {"running": "a", "last": "is_attached 00000001 0 0 0 0:", "trouble": "hangs; in nowhere"}


def _hang_costs_its_own() -> str:
    sides = guest.Sides(["before", "a", "b"])
    sides.take(_attempt("kernel", "rust", "before", **HUNG))
    if sides.failed != {"a": "hangs in is_attached(), word 1, not write-locked; in nowhere"} or sides.waiting != ["b"]:
        return f"{sides.failed}, still to be run: {sides.waiting}"
    sides.take(_attempt("b"))
    return "" if sides.done and "b" in sides.records else "the other side has nothing"


def _is_run_again_alone() -> str:
    sides = guest.Sides(["before", "b", "a", "c"])
    sides.take(_attempt("kernel", "rust", "before", "b", **HUNG))
    if sides.failed or sides.waiting != ["a", "c"]:
        return f"believed at once, though b ran before it: {sides.failed}, {sides.waiting}"
    sides.take(_attempt("a", "c"))
    return "" if sides.done and not sides.failed else f"{sides.failed}"


def _report_is_of_who_ran() -> str:
    sides = guest.Sides(["before", "a", "b"])
    sides.take(_attempt("kernel", "rust", "before", "a", "b", splats=[("a", "WARNING: x")]))
    return "" if list(sides.failed) == ["a"] and sides.waiting == ["b"] else f"{sides.failed}, {sides.waiting}"


def _called_is_told() -> str:
    text = trees.spaced(trees.tokens({"a.c": "static int used(void)\n{\n}\nint x(void)\n{\n\tif (a || used()) /* lone() */\n}\nint lone(void);"}))
    rest, uncalled = coverage.called(["a.c:2 in used()", "a.c:9 in lone()", "a.c:9 in vma_end_read()", "a.c:1"], [text])
    told = len(rest) == 3 and len(uncalled) == 1 and uncalled[0].startswith("lone() ")
    return "" if told else f"{rest}, {uncalled}"


def _damaged_is_asked_again() -> str:
    sides = guest.Sides(["before"])
    sides.take(_attempt("kernel", "rust", damaged=["before"]))
    if sides.done or sides.failed:
        return "not asked again"
    sides.take(_attempt("before"))
    if not sides.done:
        return "not taken"
    sides = guest.Sides(["before", "a"])
    sides.take(_attempt("kernel", "rust", "before", damaged=["a"]))
    sides.take(_attempt(damaged=["a"]))
    return "" if list(sides.failed) == ["a"] else "asked for for ever"


def _sum_is_looked_at() -> str:
    body = TEXT.format("a").encode()
    damaged = body.replace(b"ret=1", b"ret=0")
    text = b"".join(
        b"record %s\n%ssum %08x %d\n" % (name, lines, zlib.crc32(body), len(body))
        for name, lines in ((b"a", body), (b"b", damaged), (b"c", body[: body.index(b"\n") + 1]))
    )
    text += b"record d\nis_attached 00000001 0 0 0 0:\ntrouble hangs\n"
    attempt = Attempt()
    with tempfile.NamedTemporaryFile() as file:
        head = boot.MAGIC + len(text).to_bytes(8, "little") + bytes(8)
        file.write(head.ljust(boot.PAGE, b"\0") + text)
        file.flush()
        boot.read(Path(file.name), attempt)
    if list(attempt.texts) != ["a"] or attempt.damaged != ["b", "c"]:
        return f"whole: {list(attempt.texts)}, damaged: {attempt.damaged}"
    end = (attempt.running, attempt.last, attempt.trouble)
    return "" if end == ("d", "is_attached 00000001 0 0 0 0:", "hangs") else str(end)


def _base_that_hangs_ends_it() -> str:
    sides = guest.Sides(["before", "a"])
    for _ in range(2):
        try:
            sides.take(_attempt("kernel", "rust", running="before", trouble="hangs"))
        except CannotTell:
            return "" if _ else "not tried again"
    return "it goes on for ever"


def _step(thread: int, op: str, word: int) -> dict:
    return {"thread": thread, "op": op, "address": "vm_refcnt", "value": word, "word": word}


def _picture_parts_where_it_does() -> str:
    both = [_step(0, "inc", 2), _step(1, "add", 0x40000002)]
    before, after = [*both, _step(0, "dec", 0x40000001)], [*both, _step(1, "read", 0x40000002)]
    text = lanes.picture({"threads": ["reader", "writer"], "before": before, "after": after})
    if lanes.parting(before, after) != 2 or lanes.parting(both, before) != 2:
        return "the wrong step"
    return "" if text.count('<tr class="part">') == 1 and "FLAG+1" in text else text


def _cell(operation: str, word: int, signal: int, before: str, after: str) -> Difference:
    key = (operation, word, 1, 0, 0, signal)
    return Difference(f"{operation}()", "", before, after, "", key=key)


def _reachable_first_copies_once() -> str:
    differences = [_cell("refcount_put", 0, signal, "ret=0", "ret=0 wakes=vm_mm*1") for signal in (0, 1, 2)]
    differences += [_cell("start_write", 2, signal, "ret=0", "ret=1") for signal in (0, 1, 2)]
    rows = show.rows(differences)
    told = [(row.first.where, row.count) for row in rows]
    if told != [("start_write()", 3), ("refcount_put()", 3)] or "a fatal signal" not in rows[0].copies:
        return f"{told}, {rows[0].copies}"
    asserts = show.traits([_cell("mark_attached", 0, 0, "ret=0", "ret=0 | asserts=1")], True, compared_schedules=False)
    if "only assertions" not in asserts.lower():
        return asserts or "nothing in common"
    said = show.traits(differences[:3], True, compared_schedules=True)
    return "" if "can be reached" in said and "only wakeups" in said.lower() and "schedules end" in said else said


CODE = """static int twice(int a) {{ return {twice}; }}
int table[2] = {{ 1, {second} }};
extern void {called}(const char *text);
int f_{side}(int a)
{{
	{blank}{called}("{side}");
	return {uses}(a) + table[1];
}}
"""


def _object(folder: str, side: str, **other: str) -> list[tuple]:
    """Compiled as sides are: with counters, and with its name in it."""
    text = {"twice": "a * 2", "second": "7", "called": "one", "blank": "", "uses": "twice", **other}
    source = Path(folder) / f"{side}.c"
    source.write_text(CODE.format(side=side, **text).replace("twice(int", f"{text['uses']}(int"))
    command = ["gcc", "-O2", "-c", "--coverage", "-fprofile-update=atomic", "-o", source.with_suffix(".o"), source]
    subprocess.run(command, check=True, cwd=folder)
    return objects.read(source.with_suffix(".o"), side)


def _same_code_is_seen() -> str:
    with tempfile.TemporaryDirectory() as folder:
        base = _object(folder, "aaaa")
        for name, other in (("name", {"uses": "doubled"}), ("lines", {"blank": "\n\n\t"}), ("shift", {"twice": "a << 1"})):
            if base != (found := _object(folder, "bbbb", **other)):
                return f"other {name}, and not the same: {objects.first_difference(base, found)}"
        for name, other in (("code", {"twice": "a * 3"}), ("data", {"second": "8"}), ("callee", {"called": "two"})):
            if base == _object(folder, "bbbb", **other):
                return f"other {name}, and the same"
    return ""


def _same_text_is_seen() -> str:
    one = {"a.h": '#define A(x) \\\n\tf(x) /* it\'s */\nint b = A("a  /* b */");\n'}
    two = {"a.h": '#define A(x)  f(x)\n\n// x\nint b =\n\tA( "a  /* b */" );\n'}
    if trees.tokens(one) != trees.tokens(two):
        return f"{trees.tokens(one)!r} {trees.tokens(two)!r}"
    for old, new in (("a  /*", "a /*"), ("A(x)", "A (x)"), ("int b", "intb"), ("b =", "b ==")):
        if trees.tokens(one) == trees.tokens({"a.h": two["a.h"].replace(old, new)}):
            return f"{new!r} for {old!r} is the same"
    return ""


class _Kernel:
    """Of Kernel what Kept asks for."""

    def __init__(self, folder: Path):
        self.dir = folder


@mock.patch.dict(os.environ, {"AGAIN": ""})
def _known_again_is_the_same_only() -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vmlinuz").write_text("a kernel")
        (folder / "modules").mkdir()
        module, side = folder / "modules/vma_lock_diff.ko", folder / "modules/side_000_before.ko"
        module.write_text("a module")
        side.write_text("a side")

        def load() -> dict:
            return Kept(folder / "kept", _Kernel(folder), folder / "modules").load(("before", "other"))

        kept = Kept(folder / "kept", _Kernel(folder), folder / "modules")
        (folder / "accel.json").write_text("of the first boot")
        kept.keep({"before": TEXT.format("before")})
        if list(load()) != ["before"]:
            return f"not known: {load()}"
        with mock.patch.dict(os.environ, {"AGAIN": "1"}):
            if load():
                return "AGAIN=1 has it"
        for path in (folder / "vmlinuz", folder / "accel.json", module, side):
            text = path.read_text()
            path.write_text("other")
            if load():
                return f"another {path.name}, and the same result"
            path.write_text(text)
        (file,) = (folder / "kept").iterdir()
        file.write_bytes(file.read_bytes()[:-9])
        if load():
            return "cut off, and believed"
        for number in range(4):
            (folder / "kept" / str(number)).touch()
        Store(folder / "kept", at_most=2)
        return "" if len(list((folder / "kept").iterdir())) == 2 else "more than there is room for"


def _only_clean_boots_are_kept() -> str:
    sides = guest.Sides(["before", "a", "b"])
    sides.take(_attempt("kernel", "rust", "before", "a", **(HUNG | {"running": "b"})))
    if "a" in sides.texts or "before" not in sides.texts:
        return f"with a hang: {list(sides.texts)}"
    sides = guest.Sides(["before", "a"])
    sides.take(_attempt("kernel", "rust", "before", "a", ended="a splat at its end"))
    return "" if "a" not in sides.texts else "ended badly, and kept"


def _headers_of_a_linked_tree() -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / "linux").mkdir()
        (folder / "tree").symlink_to("linux")
        lines = (f"    {folder}/linux/include/linux/mm.h \\", "    include/linux/seqlock.h \\", "    include/generated/a.h")
        (folder / "cmd").write_text("\n".join(lines))
        found = trees.headers(folder / "cmd", folder / "tree")
        if found != {"include/linux/mm.h", "include/linux/seqlock.h"}:
            return f"{found}"
        (folder / "cmd").write_text("    /elsewhere/include/linux/mm.h\n")
        try:
            return f"of another tree: {trees.headers(folder / 'cmd', folder / 'tree')}"
        except CannotTell:
            return ""


def _old_object_is_dropped() -> str:
    """With make's own words, whatever it is that speaks them here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Makefile").write_text("all: fails.o stays.o\nfails.o: .FORCE\n\tfalse\nstays.o:\n.FORCE:\n")
        for file in ("fails.o", "stays.o"):
            (folder / file).write_text("of before")
        done = subprocess.run(["make", "-k", "-C", name], capture_output=True, text=True, check=False)
        sides.drop_failed(folder, done.stderr)
        left = sorted(path.name for path in folder.glob("*.o"))
        return "" if left == ["stays.o"] else f"{left} after: {done.stderr}"


def _series_of(count: int, verdict: str) -> dict:
    row = {"where": "schedules of " + "a and " * 20 + "b", "state": "x " * 90, "before": "y " * 60, "after": "z " * 60}
    patch = {"total": count, "verdict": verdict, "means": "states, schedules", "reason": "r " * 80, "callers": [], "rows": [row]}
    return {
        "base": {"commit": "", "version": "7.3.4"},
        "kernel": {"PACKAGE": "7.3.4-1", "NAME": "stock", "RELEASE": "7.3.4"},
        "seed": 1,
        "verdict": verdict,
        "reason": "as it is " * 30,
        "command": "make diff PATCH=" + "long" * 40,
        "patches": [patch | {"number": n + 1, "subject": "mm: " + "word " * 30} for n in range(count)],
    }


def _mail_is_short_whatever_comes() -> str:
    for count in (1, 3, 40, 400):
        for verdict in ("identical", "differs", "could not tell"):
            rows = story.mail(_series_of(count, verdict)).splitlines()
            if len(rows) > story.LINES or max(map(len, rows)) > story.WIDTH or "To repeat:" not in rows:
                return f"{count} {verdict}: {len(rows)} lines, {max(map(len, rows))} columns"
    return ""


def results() -> Iterator[tuple[str, str]]:
    """(name, what is wrong; empty: nothing)"""
    for check in (
        _hang_costs_its_own,
        _is_run_again_alone,
        _report_is_of_who_ran,
        _damaged_is_asked_again,
        _called_is_told,
        _sum_is_looked_at,
        _base_that_hangs_ends_it,
        _picture_parts_where_it_does,
        _reachable_first_copies_once,
        _same_code_is_seen,
        _same_text_is_seen,
        _mail_is_short_whatever_comes,
        _known_again_is_the_same_only,
        _only_clean_boots_are_kept,
        _headers_of_a_linked_tree,
        _old_object_is_dropped,
    ):
        yield check.__name__.removeprefix("_"), check()
