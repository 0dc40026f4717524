# SPDX-License-Identifier: GPL-2.0
"""Which differences to show first, and how few rows say all of them.

What a correct kernel can come to is shown before what only a caller's mistake, or nothing at all, leads to;
a difference that is there with and without a signal, a waiter, another mm is one row.
"""

import re
from dataclasses import dataclass, field

from . import compare
from .difference import Difference
from .schedules import WRONG

FLAG = 1 << 30
LIMIT = FLAG - 1
# What breaks the rules of an operation: places of tools/diff/module/states.c.
BROKEN_RULES = ("no_mmap_lock", "read_lock", "no_rcu")
SIGNALS = ("", "a non-fatal signal", "a fatal signal")
ALONE = r"^state \d+"
# What an outcome's words mean, by how they begin.
LEGEND = {
    "ret=": "what the function returns; a lookup: 1 the VMA asked for, 2 another one, 0 none, or -errno",
    "word=": "vm_refcnt afterwards",
    "other=": "vm_refcnt of the other VMA in the tree",
    "seq=": "vm_lock_seq afterwards, where it changes; mm: that of the mm",
    "mm_seq=": "by how much mm_lock_seq changes",
    "looks-for-ever": "it would look the VMA up again without end",
    "mmap-lock=": "it sleeps, so, until it gets the mmap lock",
    "blocks=": "it sleeps at that vm_refcnt, so; unseen: wakers cannot find it",
    "until=": "the vm_refcnt at which it goes on",
    "mmap=": "what is left of the mmap lock, where that changes",
    "saturates=": "refcount_t's warnings: kind*number",
    "warns=": "other WARNs",
    "wakes=": "rcuwait_wake_up() on the VMA's mm, not on that, or on something else: *number",
    "woken": "the planted waiter was woken",
    "rcu=": "by how much the depth of RCU read locks changes",
    "preempt=": "by how much the preempt count changes",
    "lockdep=": "by how much the number of held locks changes, by lockdep",
    "mm_count0=": "by how much the mm's count changes",
    "mm_count1=": "by how much the other mm's count changes",
    "leaves-waiter": "it is still the waiter of an mm",
    "not-running": "its task state is not TASK_RUNNING",
    "late-touch": "the VMA is used after the count was dropped",
    "grabbed=": "how often it holds the mm when it drops the count",
    "asserts=": "assertions that this kernel leaves out (VM_WARN_ON and so on) that would have spoken up",
    "lockdep-told=": "what lockdep would be told of the VMA lock: + acquired, - released, -late after the drop",
}


def _states(difference: Difference) -> bool:
    return len(difference.key) == 6


def is_reachable(key: tuple) -> bool:
    """Can callers that keep the rules come to this state?"""
    name, *places = key[0].split("@")
    word, write_locked = key[1], key[2]
    attached, excluding = 1 <= word <= LIMIT, FLAG <= word <= FLAG + LIMIT
    if set(places) & set(BROKEN_RULES):
        return False
    if name in ("refcount_put", "end_read"):
        # Of what has been counted.
        return attached or FLAG < word <= FLAG + LIMIT
    if name in ("start_read_locked", "start_read_locked_nested"):
        # Who excludes readers holds the mmap lock.
        return attached
    if name in ("start_write", "start_write_killable"):
        return word <= LIMIT
    if name == "mark_attached":
        return word == 0 and bool(write_locked)
    if name == "mark_detached":
        return attached and bool(write_locked)
    return word == 0 or attached or excluding


def rank(difference: Difference) -> tuple:
    """Lower: shown earlier."""
    key = difference.key
    if _states(difference):
        simple = sum(map(bool, key[3:])) + ("watch" in key[0])
        broken = any(place in BROKEN_RULES for place in key[0].split("@")[1:])
        return (0 if is_reachable(key) else 3 if broken else 4, simple, key[1] > LIMIT, key[1])
    if difference.where == "constant":
        return (0, 0, 0, 0)
    if difference.where == "predicate":
        return (1 if key[1] <= FLAG + LIMIT else 5, 0, 0, key[1])
    # Schedules: those from the start before those that begin anywhere, fewer threads first, and those with an
    # end that must not be; random ones last.
    where = difference.where
    kind = 2 if where.startswith("random") else " alone" in where
    return (2, kind, where.count(" and "), "wrong=" not in f"{difference.state}{difference.after}")


def _change(difference: Difference) -> tuple[str, ...]:
    """What is other, by words: the same for its copies. Of a word that is another one in each state, that it is."""
    before, after = ([word for word in text.split() if word != "|"] for text in (difference.before, difference.after))
    gone = [word for word in before if word not in after]
    new = [word for word in after if word not in before]

    def text(words: list[str]) -> str:
        return " ".join(re.sub(r"^(word|blocks|until)=[0-9a-f]{8}", r"\1=*", word) for word in words)

    return (text(gone), text(new))


@dataclass
class Row:
    """A difference and its copies."""

    first: Difference
    count: int = 1
    words: list[int] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    @property
    def copies(self) -> str:
        """The copies, in words; empty: there are none."""
        words = [compare.word_name(word) for word in self.words]
        more = f" and {len(words) - 6} more" if len(words) > 6 else ""
        at = f"at {', '.join(words[:6])}{more}" if words else ""
        also = self.also[:6] + ([f"{len(self.also) - 6} more"] if len(self.also) > 6 else [])
        return ", ".join(text for text in (at, f"with {', '.join(also)}" if also else "") if text)

    def add(self, other: Difference) -> None:
        self.count += 1
        if _states(other) and _states(self.first):
            mine, its = self.first.key, other.key
            if its[1] != mine[1] and its[1] not in self.words:
                self.words.append(its[1])
            texts = [
                "write-locked" if its[2] and not mine[2] else "not write-locked" if mine[2] and not its[2] else "",
                "other mm" if its[3] and not mine[3] else "",
                "a waiter" if its[4] and not mine[4] else "",
                SIGNALS[its[5]] if its[5] != mine[5] else "",
                "VMA watched" if "@watch" in its[0] and "@watch" not in mine[0] else "",
            ]
        else:
            # The other mixes of C and Rust, and what one thread alone can begin in.
            texts = re.findall(r"\(readers \S+ writers \S+\)", other.where)
            texts += [state for state in re.findall(ALONE, other.state) if not self.first.state.startswith(state)]
        self.also += [text for text in texts if text and text not in self.also]


def rows(differences: list[Difference]) -> list[Row]:
    """All differences, those that are copies of another one with it, the most telling ones first."""
    found: dict[tuple, Row] = {}
    for difference in sorted(differences, key=rank):
        level = rank(difference)[0]
        if _states(difference):
            key = (difference.key[0].replace("@watch", ""), level, *_change(difference))
        elif level == 2:
            key = (difference.where.partition(" (readers")[0], difference.before, difference.after, difference.state)
            ends = re.sub(r"steps: .*", "", key[3])
            # In each state it returns something else; what must not be is the same.
            key = (*key[:3], " ".join(WRONG.findall(ends)) if re.match(ALONE, ends) else ends)
        else:
            key = (difference.where, difference.state)
        if key in found:
            found[key].add(difference)
        else:
            found[key] = Row(difference)
    return list(found.values())


def traits(differences: list[Difference], compared_states: bool, compared_schedules: bool) -> str:
    """A sentence of what all differences have in common; empty: nothing."""
    states = [d for d in differences if _states(d)]
    schedules = [d for d in differences if rank(d)[0] == 2]
    said = []
    if states and len(states) + len(schedules) == len(differences):
        keys = [d.key for d in states]
        names = {key[0].partition("@")[0] for key in keys}
        changed = {re.split(r"[=*]", word)[0] for d in states for text in _change(d) for word in text.split()}
        if all(key[1] >= 2 * FLAG for key in keys):
            said.append("only saturated counts differ")
        elif all(set(key[0].split("@")) & set(BROKEN_RULES) for key in keys):
            said.append("only where a caller breaks the rules is there a difference")
        elif not any(is_reachable(key) for key in keys):
            said.append("no state that differs can be reached by callers that keep the rules")
        if changed <= {"asserts"}:
            said.append("only assertions differ that this kernel leaves out")
        elif changed <= {"lockdep-told"}:
            said.append("only what lockdep is told differs")
        elif changed <= {"asserts", "lockdep-told"}:
            said.append("only assertions that this kernel leaves out and what lockdep is told differ")
        elif changed <= {"wakes", "woken"}:
            said.append("only wakeups differ")
        elif changed <= {"warns", "saturates"}:
            said.append("only warnings differ")
        if all(key[5] for key in keys):
            said.append("only with a signal" if len({key[5] for key in keys}) > 1 else f"only with {SIGNALS[keys[0][5]]}")
        if all(key[3] for key in keys):
            said.append("only in a VMA of another mm")
        if len(names) == 1:
            said.append(f"only {names.pop()}() is concerned")
    if compared_schedules and differences and not schedules:
        said.append("schedules end in the same outcomes")
    elif compared_states and schedules and len(schedules) == len(differences):
        said.append("each state alone comes to the same; only schedules of several threads differ")
    text = "; ".join(said)
    return text[:1].upper() + text[1:] + "." if text else ""


def legend(shown: list[Row]) -> list[tuple[str, str]]:
    """What the words in these rows mean."""
    text = " ".join(f"{row.first.before} {row.first.after} {row.first.rust}" for row in shown if _states(row.first))
    words = {re.sub(r"=.*", "=", word) for word in text.split()}
    return [(begin, meaning) for begin, meaning in LEGEND.items() if begin in words]


def select(all_rows: list[Row], most: int) -> list[Row]:
    """The first ones, but of each level some: the real effect may be a schedule's."""
    levels: dict[int, list[Row]] = {}
    for row in all_rows:
        levels.setdefault(rank(row.first)[0], []).append(row)
    chosen: list[Row] = []
    share = max(3, most // max(1, len(levels)))
    for level in levels.values():
        chosen += level[:share]
    chosen = chosen[:most]
    chosen += [row for row in all_rows if row not in chosen][: most - len(chosen)]
    return sorted(chosen, key=all_rows.index)
