# SPDX-License-Identifier: GPL-2.0
"""One file of the series: a source of this repository, as it is to stand in the kernel tree.

What is done to all: items that belong to a later patch are left out, paths are those of the tree,
imports are merged and what is no longer used goes, tables list only what is there, and rustfmt has the
last word. What is done to one source only is in sources.rules.
"""

import re
import subprocess
import tempfile
import textwrap
from dataclasses import dataclass, field, replace
from pathlib import Path

from rules import DROPPED, LIBRARY, LIBRARY_FOLDER, MOVED, TOP, rewritten
from source import (
    Item,
    Mismatch,
    Source,
    code_of,
    join,
    leaves,
    name_of,
    only,
    parse,
    use_tree,
    without_comments,
)

# Columns, as scripts/checkpatch.pl has it.
WIDTH = 100
PATH = re.compile(r"(?<![\w:/])(\$crate|crate|::kernel|kernel|vma_lock|super(?:::super)*)((?:::\w+)+)")


@dataclass
class Piece:
    """A source, and from which patch on it is there; LATER: items for which another patch is, or none (0)."""

    path: str
    since: int
    later: dict[str, int] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    # Methods whose examples need what a later patch brings.
    examples: dict[str, int] = field(default_factory=dict)
    # A trait, its impl, and what the type's own impl is to begin with: the kernel crate's own types
    # need no trait to have another method.
    inherent: tuple[tuple[str, str, str], ...] = ()
    # A module whose content is to stand in the file itself.
    unwrap: str = ""
    # Until then the file is introduced by its first sentence only.
    brief_until: int = 0

    def read(self, level: int) -> Source:
        source = parse(rewritten(self.path))
        source = replace(source, text=(TOP / self.path).read_text())
        for trait, impl, opening in self.inherent:
            merged = inherent(source.item(trait), source.item(impl), opening)
            items = [merged if item.name == impl else item for item in source.items if item.name != trait]
            source = replace(source, items=items)
        if self.unwrap:
            module = source.item(self.unwrap)
            uses = [child for child in module.children if child.name == "use"]
            inner = [child for child in module.children if child.name != "use"]
            rest = [item for item in source.items if item is not module]
            source = replace(source, uses=source.uses + uses, items=rest + inner)
        self.check_names(source)
        if level < self.brief_until:
            brief = re.match(r"// SPDX.*\n\n//! (?:.+\n)*?(?=//!\n)", source.header)
            source = replace(source, header=brief[0].rstrip("\n"))
        return replace(source, items=self.at(level, source.items, ""))

    def check_names(self, source: Source) -> None:
        known = set()
        for item in source.items:
            known |= {item.name} | {f"{item.name}::{child.name}" for child in item.children}
        for name in (*self.later, *self.only, *self.examples):
            if name not in known:
                raise Mismatch(f"{self.path}: tools/series/plan.py names `{name}`, which is not there")

    def at(self, level: int, items: list[Item], above: str) -> list[Item]:
        kept = []
        for item in items:
            name = above + item.name
            since = self.later.get(name, self.since)
            if since == 0 or level < since or (self.only and not above and item.name not in self.only):
                continue
            if level < self.examples.get(name, 0):
                item = replace(item, text=without_examples(item.text))
            if item.opening and not above:
                item = replace(item, children=self.at(level, item.children, name + "::"))
                if not item.children:
                    continue
            kept.append(item)
        return kept


def without_examples(text: str) -> str:
    shorter = re.sub(r"/// # Examples\n(?:///.*\n)*?/// ```\n(?:///.*\n)*?/// ```\n(?:///\n)?", "", text)
    if shorter == text:
        raise Mismatch(f"no example in:\n{text}")
    return re.sub(r"///\n(?!///)", "", shorter)


@dataclass
class Laid:
    """A Rust file of the tree."""

    dest: str
    pieces: list[Piece]
    module: str = ""  # its path in the kernel crate; "" for a module's own
    header: str | None = None  # in place of the first piece's
    crate_only: bool = False  # what is pub in it is so for this crate


class Tree:
    """What is there at one patch."""

    def __init__(self, files: list[Laid], level: int):
        self.level = level
        self.files = []
        for laid in files:
            sources = [piece.read(level) for piece in laid.pieces]
            items = [item for source in sources for item in source.items]
            if items:
                self.files.append((laid, sources, items))
        self.modules = {laid.module for laid, _, _ in self.files if laid.module}
        self.names = {
            f"{laid.module}::{item.name}"
            for laid, _, items in self.files
            if laid.module
            for item in items
            if not re.search(r"\bmod \w+;$|^use$", item.text)
        }

    def texts(self) -> dict[str, str]:
        return {laid.dest: self.text(laid, sources, items) for laid, sources, items in self.files}

    def exists(self, path: str) -> bool:
        """Whether PATH, of the library, is there at this patch (what is not of the library, is)."""
        if not path.startswith(LIBRARY):
            return True
        path = path.removesuffix("::*")
        if path in self.modules or path in self.names:
            return True
        parent, _, name = path.rpartition("::")
        # One of those that a module hands on.
        return parent in self.modules and any(
            known.endswith(f"::{name}") and known.startswith(parent) for known in self.names
        )

    def text(self, laid: Laid, sources: list[Source], items: list[Item]) -> str:
        mapping = Mapping(laid, sources)
        header = laid.header if laid.header is not None else mapping.comment(sources[0].header)
        items = [self.finish(item, mapping) for item in items]
        items = [item for item in items if item is not None]
        uses = [leaf for source in sources for use in source.uses for leaf in leaves(use.text)]
        body = join(items)
        if laid.module and "crate::bindings" in map(mapping.leaf, uses):
            body = re.sub(r"(?<![\w$:])crate::(?=bindings::)", "", body)
        imports = mapping.imports(uses, body)
        text = "\n\n".join(part for part in (header, imports, body) if part) + "\n"
        if laid.crate_only:
            text = re.sub(r"^pub (?=const|enum|fn|type)", "pub(crate) ", text, flags=re.MULTILINE)
        if laid.module:
            # What needs no path must have none.
            text = re.sub(rf"\[`([\w:]+)`\]\({laid.module}::\1\)", r"[`\1`]", text)
        return reflowed(self.without_missing_rows(text, laid.module))

    def finish(self, item: Item, mapping: "Mapping") -> Item | None:
        if item.name == "use":
            return self.export(item, mapping)
        if declared := re.fullmatch(r"(?:pub(?:\(crate\))? )?mod (\w+);", code_of(item)):
            if mapping.laid.module and f"{mapping.laid.module}::{declared[1]}" not in self.modules:
                return None
            return item
        if item.opening and re.search(r"^(?:pub\S* )?mod ", item.opening, re.MULTILINE):
            inner = [child for child in item.children if child.name == "use"]
            rest = [mapping.item(child) for child in item.children if child.name != "use"]
            uses = [leaf for use in inner for leaf in leaves(code_of(use))]
            imports = mapping.imports(uses, join(rest))
            children = ([Item("use", imports)] if imports else []) + rest
            return replace(item, children=children)
        return mapping.item(item)

    def export(self, item: Item, mapping: "Mapping") -> Item | None:
        """A `pub use`: of what is there."""
        code = code_of(item)
        keyword = re.match(r"pub(?:\([^)]*\))? use", code)[0]
        kept = []
        for leaf in leaves(code):
            if leaf.startswith("self::"):
                if self.exists(mapping.laid.module + leaf.removeprefix("self") if mapping.laid.module else leaf):
                    kept.append(leaf)
            elif "::" not in leaf:
                kept.append(leaf)
            elif self.exists(mapped := mapping.path(leaf)):
                kept.append(mapped)
        return replace(item, text=use_tree(kept, keyword)) if kept else None

    def without_missing_rows(self, text: str, module: str) -> str:
        """Rows of a table in the documentation whose subject is not there yet."""

        def there(line: str) -> bool:
            if not (match := re.match(r"//! \|.*?\[`(\w+)(?:<\w+>)?`\](?!\(crate)", line)):
                return True
            return any(name.endswith(f"::{match[1]}") for name in self.names if name.startswith(module))

        return "\n".join(line for line in text.split("\n") if there(line))


def reflowed(text: str) -> str:
    """Paragraphs of comments with a line that is too long for the kernel, wrapped anew."""
    out, paragraph, example = [], [], False

    def flush() -> None:
        if any(len(line) > WIDTH for line in paragraph):
            prefix = re.match(r" *//[/!]? ", paragraph[0])[0]
            words = " ".join(line[len(prefix) :] for line in paragraph)
            wrapped = textwrap.wrap(words, WIDTH - len(prefix), break_long_words=False, break_on_hyphens=False)
            out.extend(prefix + line for line in wrapped)
        else:
            out.extend(paragraph)
        paragraph.clear()

    for line in text.split("\n"):
        comment = re.match(r"( *//[/!]? )(.*)", line)
        fence = bool(comment and comment[2].startswith("```"))
        plain = comment and not example and not fence and not comment[2].startswith(("|", "#", "-", " ", "SPDX"))
        first = comment and re.match(r"[A-Z]+: ", comment[2])
        if not plain or first or (paragraph and not paragraph[0].startswith(comment[1])):
            flush()
        if plain:
            paragraph.append(line)
        else:
            out.append(line)
        example ^= fence
    flush()
    return "\n".join(out)


class Mapping:
    """Paths of this repository to those of the tree, in one file."""

    def __init__(self, laid: Laid, sources: list[Source]):
        self.laid = laid
        self.inside = bool(laid.module)
        # By all that is in the sources, whichever patch brings it.
        self.whole = without_comments(
            "".join(re.sub(r"^ *use [^;]*;", "", one.text, flags=re.MULTILINE) for one in sources)
        )
        # In the sources super is only said in sys/kernel/, for what is sys/ in the tree.
        self.parent = "crate::sys" if any("/sys/kernel/" in piece.path for piece in laid.pieces) else ""

    def path(self, path: str) -> str:
        """A path of the sources, in the tree."""
        path, _, alias = path.partition(" as ")
        tail = f" as {alias}" if alias else ""
        macro = "$" if path.startswith("$") else ""
        path = path.lstrip("$")
        if path.startswith("super"):
            if not self.parent:
                return path + tail
            path = re.sub(r"^super(::super)*", self.parent, path)
        if path.startswith(("::kernel::", "kernel::")):
            # An absolute path is one in a macro.
            macro = "$" if path.startswith("::") else macro
            mapped = "crate::" + path.split("kernel::", 1)[1]
        elif re.match(r"(crate|vma_lock)::", path) and (self.inside or path.startswith("vma_lock::")):
            mapped = self.of_library(path.partition("::")[2])
        else:
            return path + tail
        return macro + (mapped if self.inside else re.sub(r"^crate", "kernel", mapped)) + tail

    def of_library(self, path: str) -> str:
        for old, new in MOVED:
            if path == old or path.startswith(old + "::"):
                return new + path[len(old) :]
        return f"{LIBRARY}::{path}"

    def leaf(self, leaf: str) -> str | None:
        if leaf.split(" as ")[0].split("::")[-1] in DROPPED:
            return None
        # The helpers are among the kernel's own bindings.
        if self.parent and re.match(r"super(::super)?::bindings", leaf):
            return "crate::bindings"
        return self.path(leaf)

    def imports(self, uses: list[str], body: str) -> str:
        used = without_comments(body)
        kept = []
        for leaf in uses:
            mapped = self.leaf(leaf)
            if mapped is None or (self.laid.module and mapped.startswith(self.laid.module + "::")):
                continue
            name = re.split(r"::| as ", mapped)[-1]
            # A trait that is never named is there for its methods.
            if name == "*" or not re.search(rf"\b{name}\b", self.whole) or re.search(rf"\b{name}\b", used):
                kept.append(mapped)
        if self.parent:
            siblings = f"{LIBRARY}::sys::"
            kept = [leaf.replace(siblings, "super::", 1) if leaf.startswith(siblings) else leaf for leaf in kept]
        return use_tree(kept, "use") if kept else ""

    def item(self, item: Item) -> Item:
        if item.opening:
            opening = self.code(item.opening)
            return replace(item, opening=opening, children=[self.item(child) for child in item.children])
        return replace(item, text=self.code(item.text))

    def code(self, text: str) -> str:
        """Of a text with code and comments in it."""
        lines, example = [], False
        for line in text.split("\n"):
            if match := re.match(r"( *//[/!])( ```.*)$", line):
                example = not example and match[2].rstrip() in (" ```", " ```rust")
                lines.append(line)
            elif example:
                lines.extend(self.example(line))
            else:
                lines.append(self.line(line))
        return "\n".join(lines)

    def line(self, line: str) -> str:
        if self.parent:
            line = re.sub(r"\bhelpers::", "bindings::", line)
            line = re.sub(r"(?<![\w:])(?:super|kernel)::bindings::", "crate::bindings::", line)
        line = line.replace("rust/vma_lock/", LIBRARY_FOLDER)
        line = re.sub(r"(//.*)\b(this|[Tt]he) library\b", r"\1\2 module", line)
        return PATH.sub(lambda match: self.path(match[0]), line)

    def example(self, line: str) -> list[str]:
        """A line of an example, which is another crate's."""
        outside = Mapping(Laid("", []), [])
        if not (match := re.match(r"( *//[/!] )(use .*;)$", line)):
            return [PATH.sub(lambda found: outside.path(found[0]), line)]
        kept = [mapped for leaf in leaves(match[2]) if (mapped := outside.leaf(leaf))]
        text = re.sub(r",? //\n *|\n *", " ", use_tree(kept, "use")) if kept else ""
        text = text.replace("{ ", "{").replace(" }", "}")
        return [match[1] + use for use in re.findall(r"use .*?;", text)]

    def comment(self, text: str) -> str:
        return self.code(text)


def inherent(trait: Item, impl: Item, opening: str) -> Item:
    """The methods of a trait, as those of the one type that has it: documentation from the trait."""
    children = []
    for declared in trait.children:
        body = only([child for child in impl.children if child.name == declared.name], f"fn {declared.name} in an impl")
        above = re.match(r"(?:(?:///|#\[).*\n)*", declared.text)[0]
        attributes = re.match(r"(?:#\[.*\n)*", body.text)[0]
        children.append(Item(declared.name, above + attributes + "pub " + body.text[len(attributes) :]))
    for child in impl.children:
        if child.name not in {one.name for one in children}:
            raise Mismatch(f"fn {child.name} is in the impl, and not in the trait")
    return Item(f"inherent {name_of(opening + ' {')}", f"{opening} {{\n}}", True, children, f"{opening} {{")


def rustfmt(tree: Path, texts: dict[str, str]) -> dict[str, str]:
    """All files, formatted as the tree has it. By its standard input: it is not to follow `mod`."""
    with tempfile.TemporaryDirectory() as scratch:
        files = {path: Path(scratch) / str(number) for number, path in enumerate(texts)}
        for path, file in files.items():
            file.write_text(texts[path])
        loop = (
            f'for file; do rustfmt --config-path "{tree}/.rustfmt.toml" --edition 2021 <$file >$file.out || exit; done'
        )
        done = subprocess.run(
            [TOP / "scripts/enter", "sh", "-c", loop, "sh", *files.values()],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Mismatch(f"rustfmt does not take what was made:\n{done.stderr}")
        return {path: vertical(file.with_suffix(".out").read_text()) for path, file in files.items()}


def vertical(text: str) -> str:
    """The `//` that keeps imports one a line stands at the last one, wherever rustfmt has sorted it to."""
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if not (match := re.match(r"( *)(?!//).*, //$", line)):
            continue
        last = i
        while lines[last + 1].startswith(match[1]) and not lines[last + 1].startswith(match[1] + "}"):
            last += 1
        if last > i:
            lines[i] = line.removesuffix(" //")
            if not lines[last].endswith(" //"):
                lines[last] += " //"
    return "\n".join(lines)
