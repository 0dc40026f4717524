# SPDX-License-Identifier: GPL-2.0
"""The protocol's callers: which locking functions a changed function calls, in which order, before and after.

That is read off the text, in its order, whatever branch it stands in. What follows from an order is for a reader,
but for a few rules that can be seen: see RULES.
"""

import re
from dataclasses import dataclass, field

# What takes, drops and asserts a VMA's lock or the mmap lock, and what must stand in order with it.
LOCKING = re.compile(
    r"\b(__?vma_(?:start|end|enter|exit)\w+|vma_(?:start_(?:read|write)\w*|end_(?:read|write_all)|refcount_put\w*"
    r"|mark_(?:attached|detached)|assert_\w+|lock_init|is_attached|numab_state_free)|lock_(?:vma|next_vma|mm)\w*"
    r"|mmap_(?:(?:read|write)_(?:lock|trylock|unlock|downgrade)\w*|assert_(?:write_)?locked|lock_speculate\w+"
    r"|upgrade_trylock)|release_fault_lock|assert_fault_locked|uffd_(?:lock|mfill_lock|mfill_unlock|move_lock|move_unlock)\w*"
    r"|mmget(?:_not_zero)?|mmput\w*|mmgrab|mmdrop|rcu_read_(?:un)?lock|rcuwait_\w+|vm_area_(?:free|dup|alloc)"
    r"|vma_iter_(?:store\w*|clear\w*|prealloc|bulk_store|load)|remove_vma|unlink_\w*vma\w*|up_(?:read|write)"
    r"|down_(?:read|write)\w*)\s*(?=\()"
)
FUNCTION = re.compile(r"^(?!#|typedef|struct \w+ \{|enum)[A-Za-z_][^;{}#=]*?\b(\w+)\s*\([^;{}]*\)\s*\{", re.MULTILINE)
READ, WRITE = "vma_start_read", "vma_start_write"


@dataclass
class Change:
    """One function."""

    function: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # rules, in words

    @property
    def same(self) -> bool:
        return self.before == self.after


def strip(text: str) -> str:
    """Without comments and strings, with its lines."""

    def blank(match: re.Match) -> str:
        return match[0] if match[0][0] in "\"'" and len(match[0]) == 2 else re.sub(r"[^\n]", " ", match[0])

    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.DOTALL)


def functions(text: str) -> dict[str, str]:
    """Name -> body, of C in the kernel's style: the brace that ends one stands in the first column."""
    bare, found = strip(text), {}
    for match in FUNCTION.finditer(bare):
        end = bare.find("\n}", match.end())
        if match[1] not in ("if", "while", "for", "switch"):
            # Of two in #ifdef branches both count.
            found[match[1]] = found.get(match[1], "") + bare[match.start(1) : end if end >= 0 else len(bare)]
    return found


def calls(body: str, name: str = "") -> list[str]:
    return [match[1] for match in LOCKING.finditer(body) if match[1] != name]


def _balance(sequence: list[str], take: str, drop: str) -> int:
    """How many more are taken than dropped."""
    return sum(bool(re.fullmatch(take, c)) for c in sequence) - sum(bool(re.fullmatch(drop, c)) for c in sequence)


def _first(sequence: list[str], pattern: str) -> int:
    return next((n for n, call in enumerate(sequence) if re.fullmatch(pattern, call)), -1)


# What a caller must keep (protocol: mmap lock held, detached before it is freed, put before the return), as far as
# the text of one function says it: (name, does this sequence keep it?)
RULES = (
    (
        "a VMA is freed before it is detached",
        lambda s: not 0 <= _first(s, "vm_area_free") < _first(s, "vma_mark_detached"),
    ),
    (
        "a VMA is write-locked after the mmap lock was dropped",
        lambda s: (
            not 0 <= _first(s, "mmap_write_unlock") < _first(s, "vma_start_write.*")
            or _first(s, "mmap_write_lock.*") >= 0
        ),
    ),
    (
        "lock_vma_under_rcu() without vma_end_read()",
        lambda s: _first(s, "lock_vma_under_rcu") < 0 or _first(s, "vma_end_read|release_fault_lock") >= 0,
    ),
    (
        "the mmap lock is taken and not dropped",
        lambda s: _balance(s, "mmap_write_lock.*|mmap_read_(?:try)?lock.*", "mmap_(?:read|write)_unlock.*") <= 0,
    ),
    (
        "a VMA is attached or detached before it is write-locked",
        lambda s: not 0 <= _first(s, "vma_mark_detached") < _first(s, "vma_start_write.*"),
    ),
)


def changes(before: str, after: str) -> list[Change]:
    """Of each function that is not as it was."""
    was, now = functions(before), functions(after)
    found = []
    for name in dict.fromkeys([*was, *now]):
        old, new = was.get(name, ""), now.get(name, "")
        if " ".join(old.split()) == " ".join(new.split()):
            continue
        change = Change(name, calls(old, name), calls(new, name))
        if change.before or change.after:
            # Only what was kept can be broken.
            change.broken = [
                rule for rule, kept in RULES if name in now and kept(change.before) and not kept(change.after)
            ]
        found.append(change)
    return found


def functions_of_hunks(diff: str, name: str) -> list[str]:
    """Those that the hunks name in their heads, for want of the file."""
    part = next(
        (p for p in re.split(r"^(?=diff --git |--- )", diff, flags=re.MULTILINE) if f"{name}\n" in p and "@@" in p), ""
    )
    heads = re.findall(r"^@@ [^@]*@@ (.*)$", part, re.MULTILINE)
    return list(dict.fromkeys(match[1] for head in heads if (match := re.search(r"\b(\w+)\s*\([^)]*\)?[^;]*$", head))))
