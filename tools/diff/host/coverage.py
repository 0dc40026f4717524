# SPDX-License-Identifier: GPL-2.0
"""Which lines of the protocol ran: a change of one that never did is no change that was compared.

gcc counts in the very objects that are explored. `Lines` are the counts of one side; what has no
count of its own (the rest of a statement, a macro) is judged by what it belongs to.
"""

import difflib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import CannotTell, trees

# In these only so much is the protocol's.
PARTS = {
    "kernel/exit.c": ("rcuwait_wake_up",),
    "kernel/rcu/update.c": ("finish_rcuwait",),
    "lib/refcount.c": ("refcount_warn_saturate",),
}
FUNCTION = re.compile(
    r"^(?!#|typedef)[A-Za-z_][\w \t*]*?\b(\w+)\((?:[^;{}()]|\([^;{}()]*\))*\)\s*\n?\{", re.MULTILINE
)
STATEMENT = re.compile(r"[=(]|\b(?:return|goto|break|continue|if|else if|while|for|switch|case)\b")
BRANCHES = r"\b(?:if|for|while|switch|case|goto|return)\b|\?|&&|\|\|"
JUMP = re.compile(r"\b(?:return|goto|break|continue|else|case|default)\b|^\w+:$|^\}")
CONDITION = re.compile(r"\b(?:if|while|for|switch)\b")
DECLARATION = re.compile(r"^\s*(?:(?:static|const|unsigned|struct|enum|volatile)\s+)*\w+[\s*]+\w+(?:,\s*\*?\w+)*;$")


@dataclass
class Lines:
    """Of each file line -> how often it ran; of each line its branches."""

    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    branches: dict[str, dict[int, list[int]]] = field(default_factory=dict)

    def add(self, other: dict) -> None:
        for file, lines in other["counts"].items():
            mine = self.counts.setdefault(file, {})
            for line, count in lines.items():
                mine[int(line)] = mine.get(int(line), 0) + count
        for file, lines in other["branches"].items():
            for line, counts in lines.items():
                self.merge(file, int(line), counts)

    def merge(self, file: str, line: int, counts: list[int]) -> None:
        """The same branches once more: of another run, or of a copy, which may have less of them left."""
        mine = self.branches.setdefault(file, {})
        old = mine.get(line, [])
        if len(old) == len(counts):
            mine[line] = [a + b for a, b in zip(old, counts, strict=True)]
        else:
            mine[line] = max(old, counts, key=len)

    def as_dict(self) -> dict:
        return {"counts": self.counts, "branches": self.branches}


def read(notes: Path, prefix: Path) -> dict:
    """What a run left below `prefix` for the object whose notes are these."""
    data = prefix / str(notes.with_suffix(".gcda")).lstrip("/")
    if not data.is_file():
        raise CannotTell(f"left no counts of executed lines ({data.name})")
    shutil.copy(notes, data.parent)
    done = subprocess.run(
        ["gcov", "-b", "-j", "-t", "-o", str(data.parent), str(data)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotTell(f"gcov says {(done.stderr.strip() or 'nothing').splitlines()[-1]}")
    result = Lines()
    for file in json.loads(done.stdout)["files"]:
        if name := trees.file_of(file["file"], notes.stem.removeprefix("side_")):
            for line in file["lines"]:
                number = line["line_number"]
                ways = [branch["count"] for branch in line["branches"]]
                more = {number: ways} if ways else {}
                result.add({"counts": {name: {number: line["count"]}}, "branches": {name: more}})
    return result.as_dict()


def compiled(notes: Path) -> Lines:
    """The lines that became code, whether they ran or not, by the notes of the object."""
    done = subprocess.run(
        ["gcov", "-j", "-t", "-o", str(notes.parent), str(notes)], capture_output=True, text=True, check=False
    )
    if done.returncode or not done.stdout.strip():
        raise CannotTell(f"gcov says {(done.stderr.strip() or 'nothing').splitlines()[-1]}")
    result = Lines()
    for file in json.loads(done.stdout)["files"]:
        if name := trees.file_of(file["file"], notes.stem.removeprefix("side_")):
            result.counts.setdefault(name, {}).update({line["line_number"]: 1 for line in file["lines"]})
    return result


def _without_comments(text: str) -> list[str]:
    """The lines stay, and so do macros that go on behind a comment."""
    return re.sub(
        r"/\*.*?\*/|//[^\n]*", lambda match: "".join(re.findall(r"\\?\n", match[0])), text, flags=re.DOTALL
    ).splitlines()


def _functions(text: str) -> dict[int, str]:
    """Line -> the function that it is in."""
    result = {}
    for match in FUNCTION.finditer(text):
        end = text.find("\n}", match.end())
        first, last = text.count("\n", 0, match.start()) + 1, text.count("\n", 0, end) + 2
        result |= dict.fromkeys(range(first, last + 1), match[1])
    return result


def _heads(text: str) -> dict[int, range]:
    """Line of a function's head -> the lines of the whole."""
    result = {}
    for match in FUNCTION.finditer(text):
        first, opening = text.count("\n", 0, match.start()) + 1, text.count("\n", 0, match.end()) + 1
        last = text.count("\n", 0, text.find("\n}", match.end())) + 2
        result |= dict.fromkeys(range(first, opening + 1), range(first, last + 1))
    return result


def macro_of(lines: list[str], number: int) -> str:
    """The macro in whose definition this line is."""
    while number > 1 and lines[number - 2].endswith("\\"):
        number -= 1
    match = re.match(r"#\s*define\s+(\w+)", lines[number - 1])
    return match[1] if match else ""


class Source:
    """The protocol's files of one side, with what ran of them.

    `traces`: trace points of a patch's own, which are never on, and are said to be not compared.
    """

    def __init__(self, files: dict[str, str], lines: Lines, traces: Iterable[str] = ()):
        self.lines = lines
        self._trace = re.compile(rf"\b(?:trace_|tracepoint_enabled\()(?:{'|'.join(traces)})\b") if traces else None
        self.text = {name: _without_comments(text) for name, text in files.items()}
        self.functions = {name: _functions("\n".join(text)) for name, text in self.text.items()}
        self.heads = {name: _heads("\n".join(text)) for name, text in self.text.items()}

    def is_protocol(self, file: str, number: int) -> bool:
        """Of some files not everything is; of another header, what this side has no code of."""
        function = self.functions[file].get(number, "")
        if file in PARTS:
            return function in PARTS[file]
        counts = self.lines.counts.get(file, {})
        return file in trees.PROTOCOL or not function or any(n in counts for n in self._inside(file, number))

    def ran(self, file: str, number: int, seen: frozenset[str] = frozenset()) -> bool | None:
        """None: there is nothing that could run."""
        text = self.text[file]
        line = text[number - 1].strip() if number <= len(text) else ""
        if not line:
            return None
        if macro := macro_of(text, number):
            return self._macro_ran(macro, seen)
        if line.startswith("#") or self.traces(file, number):
            # What is built elsewhere is not seen here.
            return False if file in trees.PROTOCOL and re.match(r"#\s*(?:if|el|endif)", line) else None
        counts = self.lines.counts.get(file, {})
        if number in counts:
            return counts[number] > 0
        if number not in self.functions[file]:
            return self._defined_ran(file, number)
        # A function has begun where any line of it has run.
        if whole := self.heads[file].get(number):
            known = [counts[n] for n in whole if n in counts]
            return any(known) if known else False
        # The rest of a statement.
        first, last = self.statement(file, number)
        known = [counts[n] for n in range(first, last + 1) if n in counts]
        if known:
            return any(known)
        if re.fullmatch(r"[{}]|else|do|\w+:|\}?\s*else\s*\{?|\} while \(0\);?", line) or DECLARATION.match(line):
            return None
        if not STATEMENT.search(line):
            return None
        # A call that was inlined has no line of its own; where nothing branches all runs that is there.
        inside = self._inside(file, number)
        known = [counts[n] for n in inside if n in counts]
        if known and not re.search(BRANCHES, "\n".join(text[n - 1] for n in inside)):
            return any(known)
        # The compiler has left it out, or nothing here calls the function. What it comes right after may say.
        return self._follows(file, first)

    def _defined_ran(self, file: str, number: int) -> bool | None:
        """Outside of functions: did what a macro defines there, DEFINE_GUARD() for one, run?"""
        text, counts = self.text[file], self.lines.counts.get(file, {})
        first = last = number
        while first > 1 and text[first - 1][:1].isspace():
            first -= 1
        if file not in trees.PROTOCOL or not re.match(r"DEFINE_\w+\(", text[first - 1]):
            return None
        while last < len(text) and text[last][:1].isspace():
            last += 1
        return any(counts.get(n) for n in range(first, last + 1))

    def statement(self, file: str, number: int) -> tuple[int, int]:
        """The first and the last line of the statement that this line is in."""
        text = self.text[file]
        first = last = number
        while first > 1 and not re.search(r"[;{}:]$", text[first - 2].strip()) and text[first - 2].strip():
            first -= 1
        while last < len(text) and not re.search(r"[;{}]$", text[last - 1].strip()):
            last += 1
        return first, last

    def _follows(self, file: str, number: int) -> bool:
        """Does it come after what ran, with no way around it? (A constant in a variable leaves no code behind.)"""
        text, counts, function = self.text[file], self.lines.counts.get(file, {}), self.functions[file].get(number)
        for above in range(number - 1, 0, -1):
            line = text[above - 1].strip()
            if self.functions[file].get(above) != function or JUMP.search(line):
                return False
            if above in counts:
                # A condition without branches is a constant.
                ways = self.lines.branches.get(file, {}).get(above) or [not CONDITION.search(line)]
                return counts[above] > 0 and all(ways)
        return False

    def traces(self, file: str, number: int) -> bool:
        """Is it there for a trace point alone: one, under the test for one, in a function that is no more than one?"""
        if not self._trace:
            return False
        text, function = self.text[file], self.functions[file].get(number)
        body = [n for n, name in self.functions[file].items() if function and name == function]
        statements = [text[n - 1] for n in body if n <= len(text) and text[n - 1].startswith("\t")]
        return any(self._trace.search(line) for line in text[max(number - 2, 0) : number]) or (
            bool(statements) and all(self._trace.search(line) for line in statements)
        )

    def _inside(self, file: str, number: int) -> list[int]:
        """The lines of the function that this one is in."""
        functions = self.functions[file]
        first = last = number
        while functions.get(first - 1) == functions[number]:
            first -= 1
        while functions.get(last + 1) == functions[number]:
            last += 1
        return list(range(first, last + 1))

    def uses(self, macro: str) -> list[tuple[str, int]]:
        return [
            (file, number)
            for file, text in self.text.items()
            for number, line in enumerate(text, 1)
            if re.search(rf"\b{macro}\b", line)
            and not re.match(rf"#\s*(?:define|undef|ifdef|ifndef)\s+{macro}\b", line)
        ]

    def can_be_seen(self, file: str, number: int) -> bool:
        """Where a macro of another header is used need not be in what is compared."""
        macro = file not in trees.PROTOCOL and number <= len(self.text[file]) and macro_of(self.text[file], number)
        return not macro or bool(self.uses(macro))

    def _macro_ran(self, macro: str, seen: frozenset[str]) -> bool | None:
        if macro in seen:
            return None
        answers = [self.ran(file, number, seen | {macro}) for file, number in self.uses(macro)]
        return True if True in answers else False if False in answers else None

    def place(self, file: str, number: int) -> str:
        function = self.functions[file].get(number)
        return f"{file}:{number}" + (f" in {function}()" if function else "")


def _blocks(before: list[str], after: list[str]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Runs of lines (first, end) that are gone, and that are new."""
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changed = [code for code in codes if code[0] != "equal"]
    return [(a, b) for _, a, b, _, _ in changed if a < b], [(c, d) for _, _, _, c, d in changed if c < d]


def _slides(lines: list[str], block: tuple[int, int]) -> list[range]:
    """Where else the same change may be said to be: its last line, once more before it, and so on."""
    first, end = block
    found = [range(first, end)]
    while first > 0 and lines[first - 1] == lines[end - 1]:
        first, end = first - 1, end - 1
        found.append(range(first, end))
    first, end = block
    while end < len(lines) and lines[first] == lines[end]:
        first, end = first + 1, end + 1
        found.append(range(first, end))
    return found


def changes(before: str, after: str) -> tuple[list[list[range]], list[list[range]]]:
    """What is gone, and what is new: of each run of lines where it may be said to be."""
    texts = before.splitlines(), after.splitlines()
    gone, new = ([_slides(text, block) for block in found] for text, found in zip(texts, _blocks(*texts), strict=True))
    return gone, new


def compared(files: tuple[dict[str, str], dict[str, str]]) -> list[str]:
    """What a change touches, but for trace points."""
    return [file for file in files[0] if file != trees.TRACE and files[0][file] != files[1].get(file, files[0][file])]


def never_ran(
    before: Source, after: Source, files: tuple[dict[str, str], dict[str, str]], same_code: bool = False
) -> tuple[list[str], list[str]]:
    """Places that a change touches and that never ran; and parts of files that are no part of the protocol."""
    never, foreign = [], []
    for file in compared(files):
        for source, blocks in zip((before, after), changes(*(side[file] for side in files)), strict=True):
            for slides in blocks:
                judged = [_judge(source, file, numbers, same_code) for numbers in slides]
                least = min(judged, key=lambda places: len(places[0]))
                never += least[0]
                foreign += least[1]
    return list(dict.fromkeys(never)), list(dict.fromkeys(foreign))


def _judge(source: Source, file: str, numbers: range, same_code: bool) -> tuple[list[str], list[str]]:
    never, foreign = [], []
    for number in (index + 1 for index in numbers):
        text = source.text[file]
        if not source.is_protocol(file, number):
            if number <= len(text) and text[number - 1].strip():
                function = source.functions[file].get(number, "")
                foreign.append(f"{file}: {function + '()' if function else 'outside of functions'}")
        elif source.ran(file, number) is False or not (same_code or source.can_be_seen(file, number)):
            never.append(source.place(file, number))
    return never, foreign


def called(places: list[str], texts: list[str]) -> tuple[list[str], list[str]]:
    """Which of these are in what the protocol is made of or calls, by its text without comments; and the functions
    that the others are in."""
    rest, uncalled = [], []
    for place in places:
        name = re.search(r" in (\w+)\(\)$", place)
        # Not what is declared or defined: there a type comes before the name.
        call = rf"(?:[^\w\s*]|\breturn|\belse|\bdo)\s*\b{name[1]}\s*\(" if name else ""
        if not name or name[1] in (*trees.OPERATIONS, *trees.OPTIONAL) or any(re.search(call, text) for text in texts):
            rest.append(place)
        else:
            uncalled.append(f"{name[1]}() (nothing of the protocol calls it)")
    return rest, list(dict.fromkeys(uncalled))


def first_of(places: list[str]) -> str:
    """In one line of many."""
    return places[0] + (f", and {len(places) - 1} more" if len(places) > 1 else "")


EXCEPTIONS = Path(__file__).resolve().parents[1] / "explorer/exceptions"


def gaps(source: Source) -> list[str]:
    """What of the protocol never ran, as the list of exceptions names it."""
    found = []
    for file, counts in source.lines.counts.items():
        for number, count in sorted(counts.items()):
            function = source.functions[file].get(number, "")
            if (
                count
                or is_other_header(file)
                or not source.is_protocol(file, number)
                or number > len(source.text[file])
            ):
                continue
            line = " ".join(source.text[file][number - 1].split())
            if line and line not in "{}":
                found.append(f"{file} {function}: {line}")
    return list(dict.fromkeys(found))


def exceptions() -> dict[str, str]:
    """Gap -> its reason."""
    result, reason = {}, ""
    for line in EXCEPTIONS.read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0].isspace():
            result[line.strip()] = reason
        else:
            reason = line
    return result


def is_other_header(file: str) -> bool:
    """Compared, because a patch touches it."""
    return file.startswith("include/") and file not in trees.PROTOCOL


def totals(lines: Lines) -> str:
    """How many lines and branches ran."""
    left_out = {*PARTS, *filter(is_other_header, lines.counts)}
    counts = [count for file, numbers in lines.counts.items() if file not in left_out for count in numbers.values()]
    branches = [
        count
        for file, numbers in lines.branches.items()
        if file not in left_out
        for each in numbers.values()
        for count in each
    ]
    return f"{sum(map(bool, counts))} of {len(counts)} lines, {sum(map(bool, branches))} of {len(branches)} branches"
