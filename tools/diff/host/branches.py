# SPDX-License-Identifier: GPL-2.0
"""Which conditions of the protocol always went the same way: a change of one is not compared whole.

A way is where a branch can go, numbered as gcov does. What goes one way only in the unpatched protocol too
does not count: the same condition, or a part of it, wherever it stands now.
"""

import re
from collections.abc import Callable, Iterator

from .coverage import Source, changes, compared, is_other_header, macro_of

KEYWORD = re.compile(r"^(?:\}\s*)?(?:else\s+)?(?:if|while|switch|return|for)\b")
# Of these only the body is left out, and there is none: the explorer counts how often they warn.
ASSERTION = re.compile(
    r"^(?:VM_)?(?:WARN|BUG)(?:_TAINT)?(?:_ON)?(?:_ONCE)?(?:_VMA|_MM)?\(|^(?:RCU_LOCKDEP_WARN|lockdep_assert\w*)\("
)

FIXED = re.compile(r"NULL|true|false|-?\d+U?|&\w+(?:(?:->|\.)\w+)*")


def conditions(text: str) -> set[str]:
    """The parts of a statement's condition, each without what does not matter: its sense, hints, blanks."""
    keyword, text = KEYWORD.match(text.strip()), KEYWORD.sub("", text.strip()).strip()
    if keyword and text.startswith("(") and not keyword[0].endswith("return"):
        text = text[: _closes(text) + 1]  # not what is done then
    text = re.sub(r"\b(?:un)?likely\b|\s", "", text).rstrip(";{")
    # What is chosen by it, or assigned, is no part of it.
    text = re.sub(r"^[\w>.\-]+=(?!=)", "", text.split("?")[0])
    return {part for term in re.split(r"&&|\|\|", text) if (part := _bare(term))}


def _bare(term: str) -> str:
    """Out of its brackets, some of which are the whole condition's."""
    while (more := term.count("(") - term.count(")")) > 0:
        term = term.replace("(", "", more)
    while more < 0:
        term = "".join(term.rsplit(")", 1))
        more += 1
    term = term.lstrip("!")
    while term.startswith("(") and _closes(term) == len(term) - 1:
        term = term[1:-1].lstrip("!")
    return term


def _closes(term: str) -> int:
    depth = 0
    for at, char in enumerate(term):
        depth += (char == "(") - (char == ")")
        if not depth:
            return at
    return -1


def _arguments(text: str, begin: int) -> list[str]:
    """Behind an opening bracket."""
    depth, parts = 0, [""]
    for char in text[begin:]:
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            break
        parts = [*parts, ""] if char == "," and not depth else [*parts[:-1], parts[-1] + char]
    return [" ".join(part.split()) for part in parts]


class Ways:
    """Of one side the places that always went the same way."""

    def __init__(self, source: Source):
        self.source = source
        self.never: dict[tuple[str, int], list[int]] = {}  # (file, line) -> the ways not taken
        for file, numbers in source.lines.branches.items():
            for number, counts in numbers.items():
                never = [way for way, count in enumerate(counts, 1) if not count]
                if never and self._counts(file, number):
                    self.never[file, number] = never

    def _counts(self, file: str, number: int) -> bool:
        """Is it the protocol's, and did it run at all? (If not, that is said of the line.)"""
        if number > len(self.source.text[file]) or not self.source.is_protocol(file, number):
            return False
        if not self.source.lines.counts.get(file, {}).get(number) or self.source.traces(file, number):
            return False
        return not ASSERTION.search(self.statement(file, number))

    def statement(self, file: str, number: int) -> str:
        first, last = self.source.statement(file, number)
        return " ".join(" ".join(self.source.text[file][first - 1 : last]).split())

    def is_fixed(self, file: str, number: int) -> bool:
        """Is it a parameter alone that is asked for, and what each caller gives for it is a constant, or an address?"""
        function, terms = self.source.functions[file].get(number, ""), conditions(self.statement(file, number))
        text = "\n".join(line for lines in self.source.text.values() for line in lines)
        calls = [match for match in re.finditer(rf"\b{function}\(", text) if function]
        lists = [(_arguments(text, match.end()), text[: match.start()]) for match in calls]
        # Where it is defined, or declared, a type comes before the name.
        defined = [names for names, before in lists if re.search(r"^\w[^;{}()=]*$", before.rpartition("\n")[2] or " ")]
        given = [names for names, before in lists if before.rpartition("\n")[2][:1].isspace()]
        names = [re.split(r"[\s*]", name)[-1] for name in (defined[0] if defined else [])]
        if len(terms) != 1 or not terms <= set(names) or not given:
            return False
        at = names.index(*terms)
        return all(len(names) > at and FIXED.fullmatch(names[at]) for names in given)

    def gaps(self) -> Iterator[str]:
        """As the list of exceptions names them."""
        for (file, number), never in sorted(self.never.items()):
            if is_other_header(file):
                continue
            function = self.source.functions[file].get(number, "")
            line = " ".join(self.source.text[file][number - 1].split())
            of = len(self.source.lines.branches[file][number])
            for way in never:
                yield f"{file} {function}: {line} [way {way} of {of}]"

    def uses(self, file: str, number: int) -> list[list[tuple[str, int]]]:
        """Where this line's branches are, if it has any: of a macro, a list for each of its uses."""
        if macro := macro_of(self.source.text[file], number):
            return [places for use in self.source.uses(macro) if use != (file, number) for places in self.uses(*use)]
        ways = self.source.lines.branches.get(file, {})
        if number in ways:
            return [[(file, number)]]
        if number in self.source.lines.counts.get(file, {}) or number not in self.source.functions[file]:
            return []
        first, last = self.source.statement(file, number)
        places = [(file, n) for n in range(first, last + 1) if n in ways]
        return [places] if places else []


def _is_known(old: Ways, new: Ways, was: tuple[str, int], now: tuple[str, int]) -> bool:
    """Did the one go no more ways than the other: the same condition, or what is left of it?"""
    texts = old.statement(*was), new.statement(*now)
    if texts[0] == texts[1]:
        return len(new.never[now]) <= len(old.never[was])
    left = conditions(texts[1])
    return bool(left) and left <= conditions(texts[0]) and was[0] == now[0]


def _unknown(ways: Ways, is_known: Callable, file: str, number: int) -> tuple[str, int] | None:
    """What of this line went one way only, in each of its uses, and is not known."""
    uses = ways.uses(file, number)
    places = [
        next((p for p in use if p in ways.never and not ways.is_fixed(*p) and not is_known(p)), None) for use in uses
    ]
    return places[0] if places and all(places) else None


def never_taken(before: Source, after: Source, files: tuple[dict[str, str], dict[str, str]]) -> list[str]:
    """Places that a change touches and that always went the same way."""
    old, new = Ways(before), Ways(after)
    found = []

    def was_known(now: tuple[str, int]) -> bool:
        return any(_is_known(old, new, was, now) for was in old.never)

    def is_left(was: tuple[str, int]) -> bool:
        return any(_is_known(old, new, was, now) for now in new.never)

    for file in compared(files):
        gone, added = changes(*(side[file] for side in files))
        for ways, known, blocks in ((old, is_left, gone), (new, was_known, added)):
            for slides in blocks:
                judged = [[p for n in numbers if (p := _unknown(ways, known, file, n + 1))] for numbers in slides]
                found += [ways.source.place(*place) for place in min(judged, key=len)]
    return list(dict.fromkeys(found))
