# SPDX-License-Identifier: GPL-2.0
"""What can be said of the tool itself without a guest; tools/diff/selftest asks."""

import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from . import CannotTell, boot, guest, lanes, show
from .boot import Attempt
from .difference import Difference

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


def results() -> Iterator[tuple[str, str]]:
    """(name, what is wrong; empty: nothing)"""
    for check in (
        _hang_costs_its_own,
        _is_run_again_alone,
        _report_is_of_who_ran,
        _damaged_is_asked_again,
        _sum_is_looked_at,
        _base_that_hangs_ends_it,
        _picture_parts_where_it_does,
        _reachable_first_copies_once,
    ):
        yield check.__name__.removeprefix("_"), check()
