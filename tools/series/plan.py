# SPDX-License-Identifier: GPL-2.0
"""Which patch brings what.

A file of the tree that the series makes is laid anew for each patch (RUST, HELPERS, COPIES); one that
is there already is edited once, by the patch that needs it (edits.py).
"""

import re
import subprocess

from laid import Laid, Piece, inherent
from rules import LIBRARY, TOP

# The patches, in their order. Their texts are messages/NAME.
PATCHES = ("refcount", "rcuwait", "mmap-lock", "vma-lock", "guards", "kunit", "sample", "litmus", "maintainers")
REFCOUNT, RCUWAIT, MMAP, VMA, GUARDS, KUNIT, SAMPLE, LITMUS, MAINTAINERS = range(1, len(PATCHES) + 1)

_LIB = "rust/kernel/mm/mmap_lock"


def _file(name: str, since: int, source: str = "", **piece) -> Laid:
    """A file of the library that is one of its files here."""
    module = LIBRARY + "::" + name.removesuffix(".rs").replace("/", "::")
    return Laid(f"{_LIB}/{name}", [Piece(source or f"rust/vma_lock/{name}", since, **piece)], module)


def _sys(name: str, since: int, **piece) -> Laid:
    return _file(f"sys/{name}", since, f"rust/vma_lock/sys/kernel/{name}", **piece)


def _guard(name: str, since: int, **piece) -> Laid:
    return _file(f"guard/{name}", since, f"rust/vma_lock/safe/{name}", **piece)


KUNIT_DIR = "mm/tests/mmap_lock_rust"
SAMPLE_DIR = "samples/rust/rust_vma_lock"
LITMUS_DIR = "Documentation/litmus-tests/vma_lock"


def _kunit(name: str, source: str, **laid) -> Laid:
    return Laid(f"{KUNIT_DIR}/{name}", [Piece(source, KUNIT)], **laid)


def _sample(name: str) -> Laid:
    return Laid(f"{SAMPLE_DIR}/{name}", [Piece(f"samples/rust_vma_lock/{name}", SAMPLE)])


RUST = [
    Laid(
        "rust/kernel/sync/rcuwait.rs",
        [
            Piece("rust/vma_lock/sys/kernel/rcuwait.rs", RCUWAIT),
            Piece("rust/vma_lock/rcuwait.rs", RCUWAIT),
            Piece("rust/vma_lock/sys/kernel/task.rs", RCUWAIT),
            Piece(
                "rust/vma_lock/error.rs",
                RCUWAIT,
                unwrap="errno",
                only=("Interrupted", "impl From<Interrupted> for Error"),
            ),
        ],
        "crate::sync::rcuwait",
        header="// SPDX-License-Identifier: GPL-2.0\n\n"
        "//! Waiting for a condition that somebody else makes true: one task waits, any may wake it.\n"
        "//!\n"
        "//! C header: [`include/linux/rcuwait.h`](srctree/include/linux/rcuwait.h)",
    ),
    Laid(f"{_LIB}.rs", [Piece("rust/vma_lock/lib.rs", MMAP)], LIBRARY),
    _file("assert.rs", VMA),
    _file("attach.rs", VMA),
    _file(
        "error.rs",
        VMA,
        unwrap="errno",
        later={"Interrupted": 0, "impl From<Interrupted> for Error": 0},
    ),
    _file("exclude.rs", VMA),
    _file("find.rs", VMA),
    _file("hint.rs", VMA),
    _file("mmap.rs", MMAP),
    _file("read.rs", VMA),
    _file("refcnt.rs", VMA),
    _file("write.rs", VMA),
    Laid(f"{_LIB}/sys.rs", [Piece("rust/vma_lock/sys/kernel/mod.rs", MMAP)], f"{LIBRARY}::sys"),
    _sys("lockdep.rs", VMA),
    _sys(
        "mm.rs", MMAP, later={"impl MmRaw::vma_writer_wait": VMA, "impl MmRaw::mmgrab": VMA, "impl MmRaw::mmdrop": VMA}
    ),
    _sys("once.rs", VMA),
    _sys("rwsem.rs", MMAP, later={"impl RwSemaphore::is_held": VMA}),
    _sys("seqcount.rs", MMAP, later={"impl SeqCount::read": VMA, "impl SeqCount::read_acquire": VMA}),
    _sys("vma.rs", VMA),
    _sys("vma_iter.rs", VMA),
    _sys("vmstat.rs", VMA),
    _sys("warn.rs", VMA),
    Laid(f"{_LIB}/guard.rs", [Piece("rust/vma_lock/safe/mod.rs", MMAP, brief_until=GUARDS)], f"{LIBRARY}::guard"),
    _guard(
        "mm.rs",
        MMAP,
        inherent=(("MmVmaLock", "impl MmVmaLock for MmWithUser", "impl MmWithUser"),),
        later={
            "sealed": 0,
            "inherent impl MmWithUser::start_read_under_rcu": GUARDS,
            "inherent impl MmWithUser::start_read_unlocked": GUARDS,
            "inherent impl MmWithUser::vmas_from": GUARDS,
        },
    ),
    _guard(
        "mmap.rs",
        MMAP,
        inherent=(("MmapStartRead", "impl MmapStartRead for Kernel", "impl<'mm> MmapReadGuard<'mm>"),),
        later={
            "sealed": 0,
            # The kernel crate has one. What it lacks, edits.py adds.
            "MmapReadGuard": 0,
            "impl MmapReadGuard": 0,
            "impl MmapStartRead for MmapReadGuard": 0,
            "impl Drop for MmapReadGuard": 0,
            "start_read_locked": GUARDS,
            "inherent impl MmapReadGuard": GUARDS,
            "impl MmapWriteGuard::vma_lookup": GUARDS,
        },
        examples={"impl MmapWriteGuard::downgrade": GUARDS},
    ),
    _guard("read.rs", GUARDS),
    _guard("vma.rs", GUARDS),
    _guard("walk.rs", GUARDS),
    _guard("write.rs", GUARDS),
    _kunit("vma_lock_kunit.rs", "selftests/vma_lock_kunit/vma_lock_kunit.rs"),
    _kunit("vma.rs", "selftests/vma_lock_kunit/vma.rs"),
    _kunit("word.rs", "selftests/vma_lock_kunit/word.rs"),
    _kunit("refcount_table.rs", "rust/vma_lock/sys/refcount_table.rs", crate_only=True),
    _kunit("synthetic_mm.rs", "tools/lib/synthetic_mm/synthetic_mm.rs"),
    _sample("rust_vma_lock.rs"),
    _sample("abi.rs"),
    _sample("hold.rs"),
    _sample("ioctl.rs"),
    _sample("stats.rs"),
]

# Of rust/helpers/: where each goes, from which patch on, and what comes later.
HELPERS = (
    ("refcount.c", "refcount.c", REFCOUNT, {}),
    ("rcuwait.c", "rcuwait.c", RCUWAIT, {}),
    ("mmap_lock.c", "mmap_lock.c", MMAP, {}),
    ("rwsem.c", "rwsem.c", MMAP, {"rwsem_is_held": VMA}),
    ("seqlock.c", "seqlock.c", MMAP, {"raw_read_seqcount": VMA}),
    ("lockdep.c", "vma_lockdep.c", VMA, {}),
    ("mm.c", "mm.c", VMA, {}),
)

# As they are: file, where to, patch.
COPIES = (
    ("tools/lib/synthetic_mm/synthetic_mm.c", f"{KUNIT_DIR}/synthetic_mm.c", KUNIT),
    ("tools/lib/synthetic_mm/synthetic_mm.h", f"{KUNIT_DIR}/synthetic_mm.h", KUNIT),
    ("samples/rust_vma_lock/rust_vma_lock.h", f"{SAMPLE_DIR}/rust_vma_lock.h", SAMPLE),
)


def author() -> tuple[str, str]:
    """Who sends the series."""
    ident = subprocess.run(["git", "-C", TOP, "var", "GIT_AUTHOR_IDENT"], capture_output=True, text=True, check=True)
    return re.match(r"(.*) <(.*)> \d+ ", ident.stdout).groups()


__all__ = ["TOP", "inherent"]
