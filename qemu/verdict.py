# SPDX-License-Identifier: GPL-2.0
"""Judge a run by its console log.

It passed only if all of these agree:
 - QEMU ended by itself, after the guest's end marker (guest.py watches);
 - every planned test has a result, and none failed (ktap.py);
 - the kernel's own parser, `kunit.py parse`, says so as well, with the same counts;
 - no splat in the whole log, but those that a test announced (splat.py);
 - the guest's taint flags tell of no report that the log does not show.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import guest
from ktap import Ktap
from splat import Scanner

PREFIX = re.compile(r"\[ *\d+\.\d+\](?:\[[^]]*\])? ")
BEGIN = re.compile(guest.BEGIN_MARKER + r"(\S+)")
END = re.compile(guest.END_MARKER + r"status=(\d+) tainted=(\d+)")
TOTALS = re.compile(r"Testing complete\. Ran \d+ tests?: (.*)")
# A busy host lets an emulated CPU miss the interrupts by which its timer is checked. Such a CPU is woken by
# another one, and tests that keep that one from it fail.
NO_TIMER = re.compile(r"APIC timer disabled due to verification failure")
# include/linux/panic.h: the taints that come with a report in the log.
TAINTS = {4: "machine check", 5: "bad page", 7: "oops", 9: "warning", 14: "soft lockup"}


@dataclass
class Verdict:
    counts: dict
    reasons: list[str]
    release: str


class Judge:
    """Feed it the console's lines as they come, then call `conclude`."""

    def __init__(self):
        self.scanner = Scanner()
        self.ktap = Ktap()
        self.ktap_lines = []
        self.release = ""
        self.end = None
        self.cut = False
        self.no_timer = False

    def feed(self, line: str):
        """Return (result of a test or None, kind of an unannounced splat or None)."""
        self.cut = self.cut or line.startswith(guest.WATCHDOG)
        if self.cut:
            return None, None
        prefix = PREFIX.match(line)
        text = line[prefix.end() :] if prefix else line
        kind, result = self.scanner.feed(text), None
        self.no_timer = self.no_timer or bool(NO_TIMER.match(text))
        if match := BEGIN.match(text):
            self.release = match[1]
        elif match := END.match(text):
            self.end = match
        elif self.release and not self.end:
            self.ktap_lines.append(text)
            result = self.ktap.feed(text)
        return result, kind

    def reasons(self, outcome: guest.Outcome) -> list[str]:
        """Why the run failed, as far as this side can see; [] if it passed."""
        reasons = self.scanner.finish()
        if outcome.reason:
            reasons.append(outcome.reason)
        if names := self.ktap.failed_names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            reasons.append(f"{len(names)} failed: {', '.join(names[:5])}{more}")
            if self.no_timer:
                reasons.append("the host was busy when it booted, and its CPUs have no timers: run it again")
        if not self.release:
            # Nothing else is worth saying about a guest that did not get so far.
            return [*reasons, "the guest did not reach its init"]
        reasons += self.ktap.finish()
        if not self.end:
            return [*reasons, "no end marker: the guest ended before its init did"]
        reasons += self._check_taint(int(self.end[2]))
        if not reasons and int(self.end[1]):
            reasons.append(f"run_selftests.sh exited with {self.end[1]}, but no test failed")
        return reasons

    def conclude(self, outcome: guest.Outcome, tree: Path, logs: Path) -> Verdict:
        """Add the opinion of the kernel's parser; write ktap.log, kunit.log, results.xml."""
        reasons = self.reasons(outcome)
        if self.release:
            (logs / "ktap.log").write_text("".join(line + "\n" for line in self.ktap_lines))
            parsed = self._kunit_parse(tree, logs)
            # It repeats in other words what was found above; alone it matters.
            reasons = reasons or parsed
        return Verdict(self.ktap.counts, reasons, self.release)

    def _check_taint(self, mask: int) -> list[str]:
        if self.scanner.reports:
            return []
        return [
            f"the kernel is tainted by a {what}, but the log shows no report: qemu/splats misses it"
            for bit, what in TAINTS.items()
            if mask >> bit & 1
        ]

    def _kunit_parse(self, tree: Path, logs: Path) -> list[str]:
        # Built with O=, it has its sources elsewhere.
        source = tree / "source" if (tree / "source").is_dir() else tree
        tool = source / "tools/testing/kunit/kunit.py"
        if not tool.is_file():
            return [f"cannot check the results: no {tool}"]
        # Absolute paths: kunit.py changes to its tree.
        command = [sys.executable, "-B", str(tool.resolve()), "parse"]
        if tool.with_name("kunit_junit.py").exists():
            command.append(f"--junit={(logs / 'results.xml').resolve()}")
        done = subprocess.run(
            [*command, str((logs / "ktap.log").resolve())], capture_output=True, text=True, check=False
        )
        (logs / "kunit.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            error = next((line for line in lines if "[ERROR]" in line), lines[-1] if lines else "it printed nothing")
            return [f"kunit.py parse (exit code {done.returncode}): {error.strip()}"]
        totals = TOTALS.search(done.stdout)
        theirs = dict(re.findall(r"(\w+): (\d+)", totals[1])) if totals else {}
        ours = self.ktap.counts
        if (int(theirs.get("passed", 0)), int(theirs.get("skipped", 0))) != (ours["pass"], ours["skip"]):
            return [f"kunit.py parse counts {theirs or 'nothing'}, the harness counts {ours}"]
        return []
