# SPDX-License-Identifier: GPL-2.0
"""The verdict on one comparison, by what was seen of it: a difference is one, even if something else could not be tried."""

from . import compare, coverage
from .record import Record

IDENTICAL, DIFFERS, UNKNOWN = "identical", "differs", "could not tell"


def judge(
    result: compare.Result,
    records: dict[str, Record],
    reference: str,
    troubles: dict[str, str],
    unseen: dict[str, list[str]],
    predicates: bool,
) -> tuple[str, str]:
    """And its reason. `troubles`: why there are no "states", no "schedules"; `unseen`: places that a change
    touches and that were never "executed", never "taken"; `predicates`: they were compared."""
    before, other, done = records[reference], records[result.name], result.schedules
    space = [f"{result.compared} states"] if before.cells and other.cells else []
    space += [f"{done.runs + done.rounds} schedules"] if "schedules" not in troubles else []
    space += ["2^32 inputs of the predicate"] if predicates else []
    over = ", ".join(space)
    if mistaken := compare.cross_check(records["before"], records["kernel"]):
        first = f"{compare.operation_name(mistaken[0][0])}, {compare.state_name(mistaken[0])}"
        return UNKNOWN, (
            f"the running kernel does not do what the C of its own tree does, in {len(mistaken)} states; first: {first}"
        )
    if before.cells and other.cells and before.watchpoints != other.watchpoints:
        return UNKNOWN, "one side ran with watchpoints, the other without"
    if result.differences:
        first = result.differences[0]
        reason = f"{len(result.differences)} differences in {over}; first: {first.where}, {first.state}"
        if result.traits:
            reason += f"; {result.traits[:1].lower()}{result.traits[1:-1]}"
        return DIFFERS, reason + "".join(f"; no {what}: {why}" for what, why in troubles.items())
    if troubles:
        return UNKNOWN, "; ".join(f"no {what}: {why}" for what, why in troubles.items())
    for what, places in unseen.items():
        if places:
            return UNKNOWN, f"no difference found, but never {what}: {coverage.first_of(places)}"
    if done.incomplete:
        return UNKNOWN, "no difference found, but there are too many schedules to try all"
    return IDENTICAL, f"over {over}"
