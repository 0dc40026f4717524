# SPDX-License-Identifier: GPL-2.0
"""What kills mutants, the cheapest layer first.

    model::TEST     a test of tools/model/tests, under loom
    litmus::TEST    a litmus test, whose verdict changes
    ordering::TEST  one of make ordering SIDES=1: what C and Rust do, and which of it the memory model orders
    check::CHECK    one of scripts/check/run
    diff::PLACE     where `make diff` finds C and Rust to differ
    guest::TEST     a test in the guest, on the stock kernel; begins with its suite
    kasan::TEST     the same with KERNEL=kasan, where lockdep listens
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("O") or TOP / "build").resolve()
# What the set-up made is used where it is; what is built from mutants lies apart from it.
SCRATCH = BUILD / "mutants"
TREE = SCRATCH / "tree"
LINKED = ("root", "apt", "herd7", "host-toolchain")
LINKED_KERNEL = ("tree", "vmlinuz", "info", "config", "done", "accel.json")


class Lives(Exception):
    """Why a mutant was not killed."""


def die(what: str, how: str) -> None:
    sys.exit(f"error: {what}\n       {how}")


def link(names: tuple[str, ...], source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        if (source / name).exists() and not (target / name).exists():
            (target / name).symlink_to(source / name)


class Layer:
    tag = ""
    deadline = 120  # Seconds, for one test.
    variables: tuple[str, ...] = ()

    def cannot_run(self) -> str:
        """Why it cannot run here, and what mends that."""
        return ""

    def prepare(self) -> str:
        """Once, before anything else. What is wrong, "" if nothing is."""
        return ""

    def unchanged(self, tests: list[str]) -> str:
        """What is wrong with them before there is any mutant."""
        raise NotImplementedError

    def build(self) -> None:
        """Raises Lives if the scratch copy does not build."""
        raise NotImplementedError

    def kill(self, test: str, says: str) -> None:
        """Raises Lives unless the test fails and says so."""
        raise NotImplementedError

    def judge(self, test: str, says: str, code: int | None, out: str) -> None:
        """Raises Lives unless TEST, alone in the TAP of OUT, failed and said so."""
        if code is None:
            raise Lives(f"{test} was not done after {self.deadline} s")
        if code == 0:
            raise Lives(f"{test} passes")
        if f"not ok 1 {test}" not in out or says not in out:
            raise Lives(f"{test} does not say '{says}':\n{out}")

    def run(self, *command: str, stop=None, deadline: float = 0) -> tuple[int | None, str]:
        """Runs it in the scratch copy; returns its exit code (None: out of time) and output.

        Where STOP says that the output so far is enough, it is ended there.
        """
        env = os.environ | {"O": str(SCRATCH / "build"), "CARGO_TARGET_DIR": str(SCRATCH / "target")}
        env |= {"RUST_BACKTRACE": "0", "CARGO_TERM_COLOR": "never"}
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "V"):
            env.pop(name, None)
        process = subprocess.Popen(
            command,
            cwd=TREE,
            env=env,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        late = threading.Event()

        def end() -> None:
            late.set()
            os.killpg(process.pid, signal.SIGTERM)

        timer = threading.Timer(deadline or self.deadline, end)
        timer.start()
        out = ""
        try:
            for line in process.stdout:
                out += line
                if stop and stop(out):
                    os.killpg(process.pid, signal.SIGTERM)
                    break
            process.stdout.close()
            code = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
        finally:
            timer.cancel()
        return (None if late.is_set() else code), out

    def make(self, *args: str, stop=None) -> tuple[int | None, str]:
        return self.run("make", *args, *self.variables, stop=stop)


class Model(Layer):
    tag = "CARGO"

    def prepare(self) -> str:
        """Builds loom and all it needs, or takes what make model has built."""
        built = BUILD / "model"
        if built.is_dir() and not (SCRATCH / "target").exists():
            subprocess.run(["cp", "-a", built, SCRATCH / "target"], check=True)
            # But what it has built of the library says that it is made of the sources there, not of the copy's.
            for noted in (SCRATCH / "target").glob("*/.fingerprint/vma_lock-*"):
                shutil.rmtree(noted)
        try:
            self.build(900)
        except Lives as why:
            return str(why)
        return ""

    def build(self, deadline: float = 0, models: str = "reuse") -> str:
        """Returns the test program with these models: "all", or those of one file, which take a third of the time."""
        manifest = f"--manifest-path={TREE}/tools/model/Cargo.toml"
        what = ("--test=model", "--no-run", "--no-default-features", f"--features=host,{models}")
        code, out = self.run("scripts/enter", "cargo", "test", manifest, *what, deadline=deadline)
        program = re.search(r"\((\S+/deps/model-\w+)\)", out)
        if code != 0 or not program:
            raise Lives("does not build:\n" + out)
        return program[1]

    def unchanged(self, tests: list[str]) -> str:
        try:
            code, out = self.run("scripts/enter", self.build(models="all"), "--exact", *tests, deadline=600)
        except Lives as why:
            return str(why)
        return out if code != 0 or f"running {len(tests)} test" not in out else ""

    def kill(self, test: str, says: str) -> None:
        code, out = self.run("scripts/enter", self.build(models=test.partition("::")[0]), "--exact", test)
        if code is None:
            raise Lives(f"{test} was not done after {self.deadline} s")
        if "running 1 test" not in out:
            raise Lives(f"there is no test {test}")
        if code == 0:
            raise Lives(f"{test} passes")
        if says not in out:
            lines = out.splitlines()
            said = [lines[n + 1] for n, line in enumerate(lines[:-1]) if "panicked at" in line]
            raise Lives(f"{test} fails, but says {said} instead of '{says}'")


class Litmus(Layer):
    tag = "HERD7"

    def unchanged(self, tests: list[str]) -> str:
        files = " ".join(f"tools/model/litmus/{test}.litmus" for test in tests)
        code, out = self.make("litmus", f"TESTS={files}")
        return out if code != 0 or f"litmus: {len(tests)} passed" not in out else ""

    def kill(self, test: str, says: str) -> None:
        code, out = self.make("litmus", f"TESTS=tools/model/litmus/{test}.litmus")
        self.judge(test, says, code, out)


class Ordering(Layer):
    tag = "ORDER"
    deadline = 400

    def unchanged(self, tests: list[str]) -> str:
        code, out = self.make("ordering", "SIDES=1")
        missing = [test for test in tests if f" {test}\n" not in out]
        return out if code != 0 or missing else ""

    def kill(self, test: str, says: str) -> None:
        code, out = self.make("ordering", "SIDES=1")
        if code is None or "TAP version" not in out:
            raise Lives(f"does not build, or was not done after {self.deadline} s:\n{out}")
        if not re.search(rf"^not ok \d+ {re.escape(test)} # .*{re.escape(says)}", out, re.MULTILINE):
            raise Lives(f"{test} does not say '{says}':\n{out}")


class Check(Layer):
    tag = "CHECK"

    def unchanged(self, tests: list[str]) -> str:
        try:
            self.build()
        except Lives as why:
            return str(why)
        code, out = self.run("scripts/check/run", *tests)
        return out if code != 0 else ""

    def build(self) -> None:
        code, out = self.make("modules")
        if code != 0:
            raise Lives("does not build:\n" + out)

    def kill(self, test: str, says: str) -> None:
        self.build()
        code, out = self.run("scripts/check/run", test)
        self.judge(test, says, code, out)


class Diff(Layer):
    tag = "DIFF"
    deadline = 400

    def unchanged(self, tests: list[str]) -> str:
        code, out = self.make("diff")
        return out if code != 0 else ""

    def kill(self, test: str, says: str) -> None:
        _, out = self.make("diff")
        if "verdict: " not in out:
            raise Lives("does not build:\n" + out)
        # Other lines name operations too.
        if f"; first: {test}(" not in out or says not in out:
            raise Lives(f"make diff does not say '{says}' of {test}: {out[-2000:]}")


class Guest(Layer):
    tag = "GUEST"
    deadline = 300
    kernel = "stock"

    def __init__(self):
        self.variables = (f"KERNEL={self.kernel}",)
        for name in ("KERNEL", "KERNEL_VERSION", "FLAVOUR", "KDIR"):
            os.environ.pop(name, None)

    def cannot_run(self) -> str:
        if (BUILD / "kernels" / self.kernel / "done").exists():
            return ""
        return f"needs make KERNEL={self.kernel}"

    def unchanged(self, tests: list[str]) -> str:
        suites = sorted({test.partition(".")[0] for test in tests})
        code, out = self.make("guest", f"SUITES={' '.join(suites)}")
        passed = re.findall(r"^  PASS    (\S+)", out, re.MULTILINE)
        missing = [test for test in tests if test not in passed]
        return out if code != 0 else f"did not run: {missing}" if missing else ""

    def kill(self, test: str, says: str) -> None:
        # A failed assertion comes below its test; what the kernel reports may come anywhere.
        failed = re.compile(rf"^  FAIL    {re.escape(test)}\n(?:          .*\n)*?          .*{re.escape(says)}", re.MULTILINE)
        splat = re.compile(rf"^  SPLAT   .*{re.escape(says)}", re.MULTILINE)
        announced = re.compile(rf"^qemu: FAIL: .*{re.escape(says)}", re.MULTILINE)

        def seen(out: str) -> bool:
            return any(pattern.search(out) for pattern in (failed, splat, announced))

        code, out = self.make("guest", f"SUITES={test.partition('.')[0]}", stop=seen)
        if "  QEMU    " not in out:
            raise Lives("does not build:\n" + out)
        if seen(out):
            return
        if code == 0:
            raise Lives(f"{test} passes")
        tail = "\n".join(line for line in out.splitlines() if not line.startswith("  PASS"))[-2000:]
        raise Lives(f"{test} does not say '{says}':\n{tail}")


class Kasan(Guest):
    kernel = "kasan"


ALL = {"model": Model, "litmus": Litmus, "ordering": Ordering, "check": Check, "diff": Diff, "guest": Guest, "kasan": Kasan}


def prepare() -> None:
    """The scratch build directory, out of links."""
    build = SCRATCH / "build"
    link(LINKED, BUILD, build)
    # What `make` knows its own build directory by, see scripts/lib.sh.
    (build / ".vma_lock-build").touch()
    for kernel in (BUILD / "kernels").glob("*"):
        if (kernel / "done").exists():
            link(LINKED_KERNEL, kernel, build / "kernels" / kernel.name)
    link(("tools",), BUILD / "proof", build / "proof")
