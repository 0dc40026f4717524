# SPDX-License-Identifier: GPL-2.0
"""What two sides, or two mixes of sides, came to in schedules."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from .difference import Difference
from .record import Record, Rounds, Scenario


def roles(scene: str) -> list[str]:
    """Who takes part, in words; those of the same kind are told apart."""
    names = scene.partition(" alone")[0].replace("killable-writer", "killable writer").replace("sigkill", "SIGKILL")
    names = names.split("+")
    return [
        f"{name} {chr(ord('A') + names[:number].count(name))}" if names.count(name) > 1 else name
        for number, name in enumerate(names)
    ]


EVENTS = {"c": "vm_refcnt", "s": "vm_lock_seq", "m": "mm_lock_seq", "w": "waiter", "z": "sleeps, state", "r": "returns"}
# What no side may come to, in whatever order its threads ran.
WRONG = re.compile(r"blocked|endless|warns=\d+|lockdep=\S+|leaves-waiter|wrong=\S+")


@dataclass
class Mix:
    """Readers that run the code of one side, writers that of another."""

    readers: str
    writers: str
    outcomes: dict[str, dict[str, str]]  # scenario -> outcome -> an order that leads to it
    scenarios: dict[str, Scenario]
    rounds: list[Rounds]


@dataclass
class Pair:
    """Two mixes that should come to the same."""

    expected: Mix
    other: Mix


@dataclass
class Summary:
    """How much was compared."""

    runs: int = 0
    states: int = 0
    steps: int = 0
    incomplete: bool = False
    preemptions: dict[str, int] = field(default_factory=dict)  # scenarios not tried in all orders
    mixes: list[str] = field(default_factory=list)
    cut_short: bool = False  # it differs by itself with few threads, so there are no larger scenes, no mixes
    rounds: int = 0
    events: int = 0
    seed: int = 0


def _mix(record: Record, readers: str, writers: str) -> Mix:
    def only(of: dict) -> dict:
        return {key[0]: value for key, value in of.items() if key[1:] == (readers, writers)}

    return Mix(readers, writers, only(record.outcomes), only(record.scenarios), record.rounds.get((readers, writers), []))


def pairs(name: str, records: dict[str, Record], reference: str = "before") -> list[Pair]:
    """Side `name` instead of the C before: by itself, and with Rust as the other half."""
    before, other = records[reference], records[name]
    own = _mix(before, reference, reference)
    if name == "rust":
        mixes = [_mix(before, reference, name), _mix(before, name, reference), _mix(other, name, name)]
        return [Pair(own, mix) for mix in mixes]
    mixes = [(reference, reference), (reference, "rust"), ("rust", reference)]
    swapped = [tuple(name if side == reference else side for side in mix) for mix in mixes]
    # Of one that differs by itself there are no others.
    return [
        Pair(_mix(before, *mix), _mix(other, *new))
        for mix, new in zip(mixes, swapped, strict=True)
        if new in other.rounds and mix in before.rounds
    ]


def _title(mix: Mix) -> str:
    return "" if mix.readers == mix.writers else f" (readers {mix.readers}, writers {mix.writers})"


def order_name(scenario: str, order: str) -> str:
    """An order of steps, in words: "reader 3, writer 5, ..."."""
    return ", ".join(f"{roles(scenario)[int(run[1])]} {len(run[0])}" for run in re.findall(r"((\d)\2*)", order))


def _contains(larger: str, smaller: str) -> bool:
    return not Counter(smaller.split("+")) - Counter(larger.split("+"))


def outcome_name(scenario: str, outcome: str) -> str:
    """An outcome, in words: each thread by its role."""
    return re.sub(r"\b(\d):(\S+)", lambda match: f"{roles(scenario)[int(match[1])]}: {_return(match[2])},", outcome).rstrip(",")


def _return(text: str) -> str:
    value = text.partition(",")[0]
    return text if value in ("blocked", "endless") else f"returns {text}"


def _outcomes(pair: Pair) -> list[Difference]:
    """Outcomes that only one mix can come to, each with an order of steps that leads to it.

    Those of a scene are left out where a part of its threads alone has some: the smallest say most.
    """
    differences, shown = [], []
    # What begins in a state that maybe nobody can reach comes last.
    for scenario in sorted(pair.expected.outcomes, key=lambda name: (" alone" in name, name.count("+"))):
        # Mixes do not go through the larger ones, nor does what differs by itself in smaller ones.
        if scenario not in pair.other.outcomes:
            continue
        expected, found = pair.expected.outcomes[scenario], pair.other.outcomes[scenario]
        if expected.keys() == found.keys() or any(_contains(scenario, smaller) for smaller in shown):
            continue
        shown.append(scenario)
        _, alone, state = scenario.partition(" alone, ")
        where = f"schedules of {' and '.join(roles(scenario))}{' alone' if alone else ''}{_title(pair.other)}"
        for outcomes, others, answers in (
            (found, expected, ("cannot happen", "happens")),
            (expected, found, ("happens", "cannot happen any more")),
        ):
            for outcome in sorted(outcomes.keys() - others.keys(), key=lambda text: ("wrong=" not in text, text)):
                steps = f"{outcome_name(scenario, outcome)}; steps: {order_name(scenario, outcomes[outcome])}"
                steps = f"{state}: {steps}" if alone else steps
                differences.append(Difference(where, steps, *answers, "", key=(scenario, outcomes[outcome])))
    return differences


def event_name(event: str) -> str:
    match = re.match(r"(\d)(\w)([0-9a-f]+)$", event)
    return f"thread {match[1]}: {EVENTS[match[2]]} {match[3]}" if match else event


def _steps(events: list[str]) -> list[dict]:
    """For lanes.py."""
    steps, word = [], 1
    for event in events:
        match = re.match(r"(\d)(\w)([0-9a-f]+)$", event)
        value = int(match[3], 16)
        word = value if match[2] == "c" else word
        name = EVENTS[match[2]]
        op, address = {"z": ("sleeps", ""), "r": ("returns", "")}.get(match[2], ("writes", name))
        if match[2] == "r":
            value -= value >> 31 << 32
        steps.append({"thread": int(match[1]), "op": op, "address": address, "value": value, "word": word})
    return steps


def _lanes(expected: Rounds, found: Rounds) -> dict:
    return {
        "threads": [f"thread {number}" for number in range(3)],
        "before": _steps(expected.events),
        "after": _steps(found.events),
        "ends": {"before": expected.outcome, "after": found.outcome},
    }


def _rounds(pair: Pair, each_step: bool) -> list[Difference]:
    """Random schedules: what went wrong in one mix only; with `each_step` also all that changed."""
    differences = []
    where = f"random schedules{_title(pair.other)}"
    for number, (expected, found) in enumerate(zip(pair.expected.rounds, pair.other.rounds, strict=True)):
        run = f"seed {found.seed}, schedule {number}"
        before, after = (sorted(set(WRONG.findall(side.outcome))) for side in (expected, found))
        if before != after:
            texts = [", ".join(texts) or "nothing goes wrong" for texts in (before, after)]
            lanes = _lanes(expected, found)
            differences.append(Difference(where, f"{run}, in the end", *texts, "", key=("rounds", number), lanes=lanes))
        elif each_step and (expected.events != found.events or expected.outcome != found.outcome):
            steps = zip([*expected.events, expected.outcome], [*found.events, found.outcome], strict=False)
            step, names = next((i, pair) for i, pair in enumerate(steps) if pair[0] != pair[1])
            texts, lanes = map(event_name, names), _lanes(expected, found)
            differences.append(Difference(where, f"{run}, step {step}", *texts, "", key=("rounds", number), lanes=lanes))
    return differences


def compare(pair: Pair, each_step: bool) -> list[Difference]:
    return _outcomes(pair) + _rounds(pair, each_step)


def summary(compared: list[Pair]) -> Summary:
    mixes = {(mix.readers, mix.writers): mix for pair in compared for mix in (pair.expected, pair.other)}
    result = Summary(mixes=[f"{readers}-{writers}" for readers, writers in mixes], cut_short=len(mixes) == 2)
    for mix in mixes.values():
        for name, scenario in mix.scenarios.items():
            result.runs += scenario.runs
            result.states += scenario.states
            result.steps += scenario.steps
            result.incomplete |= not scenario.complete
            if scenario.preemptions:
                result.preemptions[name] = scenario.preemptions
        result.rounds += len(mix.rounds)
        result.events += sum(len(rounds.events) for rounds in mix.rounds)
        result.seed = mix.rounds[0].seed
    return result


def digest(record: Record) -> dict[str, str]:
    """Of each mix all that changed in random schedules, for who wants to know if it was the same."""
    return {
        f"{readers}-{writers}": hashlib.sha256(repr([(r.seed, r.events, r.outcome) for r in rounds]).encode()).hexdigest()[:16]
        for (readers, writers), rounds in record.rounds.items()
    }
