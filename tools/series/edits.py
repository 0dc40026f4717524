# SPDX-License-Identifier: GPL-2.0
"""Files of the tree that are there already: what the series adds to them, and next to what.

Each anchor is a text of the tree that must be there exactly once.
"""

import re
from collections.abc import Callable

import plan
from laid import Piece
from rules import LIBRARY_FOLDER
from source import Mismatch, indent, join


class Editor:
    def __init__(self, level: int, base: Callable[[str], str | None]):
        self.level, self.base = level, base
        self.out: dict[str, str] = {}

    def text(self, path: str) -> str:
        text = self.out.get(path) or self.base(path)
        if text is None:
            raise Mismatch(f"the tree has no {path}")
        return text

    def edit(self, path: str, anchor: str, new: str) -> None:
        """NEW in place of ANCHOR."""
        text = self.text(path)
        if text.count(anchor) != 1:
            raise Mismatch(
                f"{path} of the tree: expected this once, and it is there {text.count(anchor)} times:\n{anchor}\n"
                "(tools/series/edits.py)"
            )
        self.out[path] = text.replace(anchor, new)

    def before(self, path: str, anchor: str, new: str) -> None:
        self.edit(path, anchor, new + anchor)

    def after(self, path: str, anchor: str, new: str) -> None:
        self.edit(path, anchor, anchor + new)


def refcount(to: Editor) -> None:
    """The methods of our trait, as those of the type."""
    path = "rust/kernel/sync/refcount.rs"
    trait = Piece("rust/vma_lock/sys/refcount.rs", plan.REFCOUNT).read(to.level)
    impl = Piece("rust/vma_lock/sys/kernel/refcount.rs", plan.REFCOUNT).read(to.level)
    methods = plan.inherent(
        trait.item("RefcountExt"), impl.item("impl RefcountExt for Refcount"), "impl Refcount"
    ).children
    methods[0].blank_before = True
    body = indent(join(methods)).replace("as_ptr(self)", "self.as_ptr()")
    to.after(
        path,
        "        unsafe { bindings::refcount_dec_and_test(self.as_ptr()) }\n    }\n",
        f"\n{body}\n",
    )
    to.edit(path, "    sync::atomic::Atomic,\n", "    sync::atomic::{\n        Atomic,\n        Relaxed, //\n    },\n")


def rcuwait(to: Editor) -> None:
    to.after("rust/kernel/sync.rs", "pub mod rcu;\n", "pub mod rcuwait;\n")
    to.after("rust/bindings/bindings_helper.h", "#include <linux/random.h>\n", "#include <linux/rcuwait.h>\n")


def mmap(to: Editor) -> None:
    path = "rust/kernel/mm.rs"
    to.before(path, "pub mod virt;\n", "#[cfg(CONFIG_PER_VMA_LOCK)]\npub mod mmap_lock;\n")
    source = Piece("rust/vma_lock/safe/mmap.rs", plan.MMAP).read(to.level)
    new = source.item("impl MmapReadGuard").child("new")
    text = new.text.replace("pub(super) unsafe fn", "unsafe fn").replace("'mm ", "'a ")
    anchor = "impl<'a> MmapReadGuard<'a> {\n"
    inline = "#[inline]\n"
    text = text.replace(inline, "#[cfg(CONFIG_PER_VMA_LOCK)]\n" + inline)
    to.after(path, anchor, indent(text) + "\n\n")


def kunit(to: Editor) -> None:
    to.before(
        "mm/Kconfig",
        'source "mm/damon/Kconfig"\n',
        "config MMAP_LOCK_RUST_KUNIT_TEST\n"
        '\ttristate "KUnit tests for the Rust per-VMA lock" if !KUNIT_ALL_TESTS\n'
        "\tdepends on RUST && PER_VMA_LOCK\n"
        "\tdepends on KUNIT=y\n"
        "\tdefault KUNIT_ALL_TESTS\n"
        "\thelp\n"
        "\t  Enable this option to test the per-VMA lock in Rust\n"
        "\t  (kernel::mm::mmap_lock): what each operation makes of each value\n"
        "\t  of vm_refcnt, on a VMA that no process has.\n"
        "\n"
        "\t  If unsure, say N.\n"
        "\n",
    )
    to.after(
        "mm/Makefile",
        "obj-$(CONFIG_LAZY_MMU_MODE_KUNIT_TEST) += tests/lazy_mmu_mode_kunit.o\n",
        f"obj-$(CONFIG_MMAP_LOCK_RUST_KUNIT_TEST) += {plan.KUNIT_DIR.removeprefix('mm/')}/\n",
    )
    to.out[f"{plan.KUNIT_DIR}/Makefile"] = (
        "# SPDX-License-Identifier: GPL-2.0\n\n"
        "obj-$(CONFIG_MMAP_LOCK_RUST_KUNIT_TEST) += mmap_lock_rust_kunit.o\n"
        "mmap_lock_rust_kunit-y := vma_lock_kunit.o synthetic_mm.o\n"
    )
    to.out[f"{plan.KUNIT_DIR}/.kunitconfig"] = (
        "CONFIG_KUNIT=y\n# PER_VMA_LOCK needs it.\nCONFIG_SMP=y\nCONFIG_RUST=y\nCONFIG_MMAP_LOCK_RUST_KUNIT_TEST=y\n"
    )


def sample(to: Editor) -> None:
    to.before(
        "samples/rust/Kconfig",
        "config SAMPLE_RUST_HOSTPROGS\n",
        "config SAMPLE_RUST_VMA_LOCK\n"
        '\ttristate "Per-VMA lock"\n'
        "\tdepends on PER_VMA_LOCK\n"
        "\thelp\n"
        "\t  This option builds the Rust sample of per-VMA locks: a device that\n"
        "\t  read-locks a VMA of the process that asks, and tells what it saw.\n"
        "\n"
        "\t  To compile this as a module, choose M here:\n"
        "\t  the module will be called rust_vma_lock.\n"
        "\n"
        "\t  If unsure, say N.\n"
        "\n",
    )
    to.after(
        "samples/rust/Makefile",
        "obj-$(CONFIG_SAMPLE_RUST_SOC)			+= rust_soc.o\n",
        "obj-$(CONFIG_SAMPLE_RUST_VMA_LOCK)		+= rust_vma_lock/\n",
    )
    to.out[f"{plan.SAMPLE_DIR}/Makefile"] = (
        "# SPDX-License-Identifier: GPL-2.0\n\nobj-$(CONFIG_SAMPLE_RUST_VMA_LOCK) += rust_vma_lock.o\n"
    )


def litmus(to: Editor) -> None:
    """The claims and the limits; the broken twins stay here, and the cover letter says so."""
    folder = plan.TOP / "tools/model/litmus"
    readme = (folder / "README.rst").read_text()
    claims = dict(re.findall(r"^   \* - ``(\S+)``\n     - ((?:.+\n)(?:       .+\n)*)", readme, re.MULTILINE))
    title = "Per-VMA lock (/vma_lock directory)"
    section = f"\n\n{title}\n{'-' * len(title)}\n"
    for path in sorted(folder.glob("*.litmus")):
        if "+broken-" in path.name:
            continue
        text = path.read_text()
        result = re.search(r"^ \* Result: (\w+)", text, re.MULTILINE)[1]
        if path.stem not in claims:
            raise Mismatch(f"{path.name} is not in a table of tools/model/litmus/README.rst")
        told = re.sub(r"\s+", " ", claims[path.stem]).strip().replace("``", "")
        section += f"\n{path.name}\n{wrapped(f'{result}: {told}.')}\n"
        to.out[f"{plan.LITMUS_DIR}/{path.name}"] = text.replace("rust/vma_lock/", LIBRARY_FOLDER)
    path = "Documentation/litmus-tests/README"
    to.out[path] = to.text(path).rstrip("\n") + "\n" + section


def wrapped(text: str) -> str:
    lines = ["   "]
    for word in text.split(" "):
        if len(lines[-1]) + 1 + len(word) > 72:
            lines.append("   ")
        lines[-1] += " " + word
    return "\n".join(lines)


def maintainers(to: Editor) -> None:
    """An entry of those who send the series: whoever git says that is."""
    name, email = plan.author()
    title = "MMAP LOCK AND VMA LOCKS [RUST]"
    entry = (
        f"{title}\nM:\t{name} <{email}>\nL:\tlinux-mm@kvack.org\nL:\trust-for-linux@vger.kernel.org\nS:\tMaintained\n"
    )
    files = [f"{plan.LITMUS_DIR}/", f"{plan.KUNIT_DIR}/"]
    files += [f"rust/helpers/{dest}" for _, dest, _, _ in plan.HELPERS if to.base(f"rust/helpers/{dest}") is None]
    files += [f"{LIBRARY_FOLDER[:-1]}*", "rust/kernel/sync/rcuwait.rs", f"{plan.SAMPLE_DIR}/"]
    entry += "".join(f"F:\t{file}\n" for file in sorted(files))
    text = to.text("MAINTAINERS")
    for match in re.finditer(r"(?<=\n\n)([^\n]+)\n(?=[MRLSWQBPCTFXNK]:\t)", text):
        if match[1].upper() > title:
            to.out["MAINTAINERS"] = text[: match.start()] + entry + "\n" + text[match.start() :]
            return
    raise Mismatch("MAINTAINERS of the tree: no place for the entry")


EDITS = (refcount, rcuwait, mmap, None, None, kunit, sample, litmus, maintainers)


def texts(level: int, base: Callable[[str], str | None]) -> dict[str, str]:
    to = Editor(level, base)
    for edit in EDITS[:level]:
        if edit:
            edit(to)
    return to.out
