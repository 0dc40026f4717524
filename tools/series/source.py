# SPDX-License-Identifier: GPL-2.0
"""Rust and C files of this repository, taken apart into items: all that `lay` needs to know of them.

No parser of Rust: rustfmt has seen to it that an item at some depth ends with a line at that depth
that ends in `;` or `}`, and that is what is relied on.
"""

import re
from dataclasses import dataclass, field, replace


class Mismatch(Exception):
    """The sources, or the kernel tree, are not what a rule expects."""


NAMES = re.compile(
    r"^(?:pub(?:\([^)]*\))? )?(?:(?:unsafe|const|extern \"C\") )*"
    r"(?:(fn|struct|enum|trait|type|static|const|mod|macro_rules!|use) )?(\w+)"
)


@dataclass
class Item:
    """A function, type, impl, ...: its text with doc comment and attributes, and where it stands."""

    name: str
    text: str
    blank_before: bool = True
    children: list["Item"] = field(default_factory=list)
    opening: str = ""  # of an impl, trait or mod with children: all up to and with the line of its {

    def child(self, name: str) -> "Item":
        return only([child for child in self.children if child.name == name], f"{self.name}::{name}")

    def render(self) -> str:
        if not self.opening:
            return self.text
        body = join(self.children)
        return f"{self.opening}\n{indent(body)}\n}}"


@dataclass
class Source:
    """A Rust file."""

    header: str
    uses: list[Item]
    items: list[Item]
    text: str = ""  # of the whole file, as it is here

    def item(self, name: str) -> Item:
        return only([item for item in self.items if item.name == name], f"item `{name}`")


def only(found: list, what: str):
    if len(found) != 1:
        raise Mismatch(f"expected one {what}, found {len(found)}")
    return found[0]


def indent(text: str) -> str:
    return re.sub(r"^(?=.)", "    ", text, flags=re.MULTILINE)


def dedent(text: str) -> str:
    return re.sub(r"^    ", "", text, flags=re.MULTILINE)


def join(items: list[Item]) -> str:
    """The items, as far apart as they were in the source."""
    out = ""
    for item in items:
        text = item.render()
        out += text if not out else ("\n\n" if item.blank_before else "\n") + text
    return out


def name_of(text: str) -> str:
    """`vma_start_read`, `impl MmRaw`, `impl Drop for ReadGuard`, `annotations!`, `use`.

    Without lifetimes and type parameters.
    """
    code = next(line for line in text.split("\n") if not line.startswith(("//", "#[", " ", ")")))
    if match := re.match(r"(?:unsafe )?(impl\b.*?)(?: where)?(?: \{.*)?$", code):
        return re.sub(
            r"^impl<[^>]*>|<[^<>]*'[^<>]*>|<\w>", lambda found: "impl" * found[0].startswith("impl"), match[1]
        )
    if (match := re.match(r"(\w+!)", code)) and not code.startswith("macro_rules!"):
        return match[1]
    match = NAMES.match(code)
    if not match:
        raise Mismatch(f"no name in: {code}")
    return "use" if match[1] == "use" else match[2]


def split(text: str) -> list[Item]:
    items, lines, blank = [], [], True
    for line in text.split("\n"):
        if not line and not lines:
            blank = True
            continue
        lines.append(line)
        code = line if line[:1] not in (" ", "#", "") and not line.startswith("//") else ""
        if code.endswith((";", "}")):
            body = "\n".join(lines)
            items.append(with_children(Item(name_of(body), body, blank)))
            lines, blank = [], False
    if any(lines):
        raise Mismatch(f"no item, or one that does not end: {lines[0]}")
    return items


def with_children(item: Item) -> Item:
    """Impls, traits and modules have items of their own."""
    lines = item.text.split("\n")
    first = next(i for i, line in enumerate(lines) if not line.startswith(("//", "#[", " ", ")")))
    if not re.match(r"(pub(\([^)]*\))? )?(unsafe )?(impl\b|trait |mod ).*\{$", lines[first]):
        return item
    return replace(
        item, opening="\n".join(lines[: first + 1]), children=split(dedent("\n".join(lines[first + 1 : -1])))
    )


def parse(text: str) -> Source:
    lines = text.rstrip("\n").split("\n")
    last = max(i for i, line in enumerate(lines) if line.startswith(("//!", "#![", "// SPDX")))
    items = split("\n".join(lines[last + 1 :]))
    private = [item for item in items if item.name == "use" and not code_of(item).startswith("pub")]
    rest = [item for item in items if item not in private]
    if rest:
        rest[0] = replace(rest[0], blank_before=True)
    return Source("\n".join(lines[: last + 1]), private, rest)


def code_of(item: Item) -> str:
    """Without its doc comment and attributes."""
    return "\n".join(line for line in item.text.split("\n") if not line.startswith(("//", "#[")))


def without_comments(text: str) -> str:
    return re.sub(r"//.*", "", text)


def leaves(use: str) -> list[str]:
    """The paths of a use declaration: `use a::{b, c::d as e};` are `a::b` and `a::c::d as e`."""
    tree = re.sub(r"^(?:pub(?:\([^)]*\))? )?use |;$", "", without_comments(use).strip())
    tree = re.sub(r"\s+", " ", tree)

    def walk(text: str) -> list[str]:
        text = text.strip()
        if not (match := re.match(r"((?:::)?(?:\w+::)*)\{(.*)\}$", text)):
            return [text]
        parts, depth, start, inner = [], 0, 0, match[2] + ","
        for i, c in enumerate(inner):
            depth += (c == "{") - (c == "}")
            if c == "," and depth == 0:
                parts.append(inner[start:i])
                start = i + 1
        return [match[1] + leaf for part in parts if part.strip() for leaf in walk(part)]

    return [re.sub(r"::self$", "", leaf) for leaf in walk(tree)]


def order(name: str) -> tuple:
    """As rustfmt sorts: self and super, then modules and functions, types, constants."""
    name = name.removeprefix("::")
    kind = 2 if name.isupper() else 1 if name.lstrip("_")[:1].isupper() else 0
    first = {"": 0, "self": 0, "super": 1, "crate": 2, "*": 9}.get(name, 3)
    return (first, kind, name)


def use_tree(paths: list[str], keyword: str) -> str:
    """Use declarations of PATHS in the kernel's vertical style, one for each crate."""

    tree: dict = {}
    for path in paths:
        node = tree
        for segment in path.split("::"):
            node = node.setdefault(segment, {})
        node[""] = {}

    def show(name: str, node: dict) -> str:
        if set(node) == {""}:
            return name
        shown = [
            show(child, below) if child else "self" for child, below in sorted(node.items(), key=lambda c: order(c[0]))
        ]
        if len(shown) == 1:
            return f"{name}::{shown[0]}"
        body = ",\n".join(shown)
        return f"{name}::{{\n{indent(body)}, //\n}}"

    return "\n".join(f"{keyword} {show(root, node)};" for root, node in sorted(tree.items(), key=lambda c: order(c[0])))


def functions(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Of a C file of helpers: its #include lines, and its paragraphs by the name of their function.

    Lines of the preprocessor and comments between functions are paragraphs without a name.
    """
    includes = re.findall(r"^#include .*$", text, re.MULTILINE)
    body = re.sub(r"^// SPDX.*\n|^#include .*\n", "", text, flags=re.MULTILINE)
    found, lines = [], []
    for line in body.split("\n"):
        if not line and not lines:
            continue
        lines.append(line)
        inside = any(re.search(r"^\{$|^__rust_helper", one) for one in lines)
        if line == "}" or (not line and not inside):
            paragraph = "\n".join(lines).strip("\n")
            match = re.search(r"\b(\w+)\([^()]*\)\n\{", paragraph)
            found.append((match[1] if match else "", paragraph))
            lines = []
    if any(lines):
        found.append(("", "\n".join(lines).strip("\n")))
    return includes, found
