# SPDX-License-Identifier: GPL-2.0
"""What differs between this repository and the kernel tree: paths here, texts in sources.rules."""

import re
import subprocess
from pathlib import Path

from source import Mismatch, indent

TOP = Path(__file__).resolve().parents[2]

# Where the library goes.
LIBRARY = "crate::mm::mmap_lock"
LIBRARY_FOLDER = "rust/kernel/mm/mmap_lock/"

# What no file of the tree may say.
LEFT_OVER = (
    "vma_lock_steps",
    'feature = "host"',
    "vma_lock::",
    "VMA_LOCK_OBJTREE",
    "misc_owner",
    "stepped",
    "GENERATED",
)

# What of it goes elsewhere in the kernel crate, or is there already. The longest comes first.
MOVED = (
    ("rcuwait::rcuwait_wait_event", "crate::sync::rcuwait::rcuwait_wait_event"),
    ("rcuwait_wait_event", "crate::sync::rcuwait::rcuwait_wait_event"),
    ("error::Interrupted", "crate::sync::rcuwait::Interrupted"),
    ("Interrupted", "crate::sync::rcuwait::Interrupted"),
    ("sys::RcuWait", "crate::sync::rcuwait::RcuWait"),
    ("sys::TaskState", "crate::sync::rcuwait::TaskState"),
    ("sys::set_current_state", "crate::sync::rcuwait::set_current_state"),
    ("sys::rcu", "crate::sync::rcu"),
    ("sys::Refcount", "crate::sync::Refcount"),
    ("sys::NotThreadSafe", "crate::types::NotThreadSafe"),
    ("sys::VM_REFCNT_EXCLUDE_READERS_FLAG", "crate::bindings::VM_REFCNT_EXCLUDE_READERS_FLAG"),
    ("sys::VM_REFCNT_LIMIT", "crate::bindings::VM_REFCNT_LIMIT"),
    # They become methods of the kernel crate's own types.
    ("safe::MmVmaLock", "crate::mm::MmWithUser"),
    ("safe::MmapReadGuard", "crate::mm::MmapReadGuard"),
    ("safe", f"{LIBRARY}::guard"),
    ("bindings", "crate::bindings"),
)

# Traits that give methods to types of the kernel crate: there they are the types' own.
DROPPED = ("RefcountExt", "MmVmaLock", "MmapStartRead")


# Headers that bindgen turns into Rust where the modules here are built. A tree wants the result.
_BINDGEN = ("--rust-target", "1.85", "--use-core", "--ctypes-prefix", "ffi", "--no-layout-tests", "--no-doc-comments")
GENERATED = {
    "tools/lib/synthetic_mm/synthetic_mm.rs": (
        "tools/lib/synthetic_mm/synthetic_mm.h",
        ("--allowlist-function", "synthetic_mm_.*", "--blocklist-type", "(mm_struct|vm_area_struct)"),
    ),
    "samples/rust_vma_lock/abi.rs": (
        "samples/rust_vma_lock/rust_vma_lock.h",
        ("--allowlist-type", "vma_lock_.*", "--allowlist-var", "VMA_LOCK_.*"),
    ),
}


def read_rules() -> dict[str, list[tuple[str, str]]]:
    """By source: lines that must be there, and what the tree has instead."""
    found: dict[str, list[tuple[str, str]]] = {}
    for paragraph in re.split(r"\n\n+", Path(__file__).with_name("sources.rules").read_text().strip()):
        lines = paragraph.splitlines()
        if lines[0].startswith("== "):
            path = lines[0][3:]
            found[path] = []
        elif not lines[0].startswith("#"):
            old, new = ("".join(f"{line[1:]}\n" for line in lines if line.startswith(sign)) for sign in "-+")
            found[path].append((old, new))
    return found


RULES = read_rules()
_applied = set()


def rewritten(path: str) -> str:
    """The source PATH, after its rules."""
    text = (TOP / path).read_text()
    for old, new in RULES.get(path, ()):
        times = len(re.findall(rf"^(?={re.escape(old)})", text, re.MULTILINE))
        if times != 1:
            raise Mismatch(
                f"{path}: a rule expects this once, and it is there {times} times (tools/series/sources.rules):\n{old}"
            )
        if new == "GENERATED\n":
            new = indent(generated(path)) if old.startswith(" ") else generated(path)
        text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
    _applied.add(path)
    return text


def generated(path: str) -> str:
    header, options = GENERATED[path]
    command = [
        TOP / "scripts/enter",
        "bindgen",
        TOP / header,
        *_BINDGEN,
        *options,
        "--",
        "-D__BINDGEN__",
        "-fno-builtin",
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return text.partition("*/\n\n")[2]


def unused() -> list[str]:
    """Sources that have rules, but that were not read."""
    return sorted(set(RULES) - _applied)
