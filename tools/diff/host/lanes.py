# SPDX-License-Identifier: GPL-2.0
"""A picture of a schedule: a lane a thread, a row a step, the word beside it.

The input is what an explorer writes as JSON:

    {"threads": ["reader", "writer"],
     "before": [STEP...], "after": [STEP...],
     "ends": {"before": TEXT, "after": TEXT}}

    STEP: {"thread": 0, "op": "cmpxchg.acquire", "address": "vm_refcnt", "value": 2, "word": 2}

`op` is what is done and in which order, `address` the name of what it is done to ("": nothing that is
shared), `value` what is read or written (null: neither), `word` vm_refcnt after the step (null: not known).
Before and after stand side by side; the row in which they part is marked, and those before it say the same.
"""

from html import escape

from . import compare

# So many equal steps are shown before the parting; those before them are folded.
KEPT = 8


def parting(before: list[dict], after: list[dict]) -> int:
    """The first step that is another one, or the number of those that are there in both."""
    for number, (one, other) in enumerate(zip(before, after, strict=False)):
        if one != other:
            return number
    return min(len(before), len(after))


def _value(step: dict) -> str:
    value = step.get("value")
    if value is None:
        return ""
    return compare.word_name(value) if step["address"] == "vm_refcnt" and isinstance(value, int) else str(value)


def _step(step: dict) -> str:
    what = f'<span class="op">{escape(step["op"])}</span>'
    if step["address"]:
        what += f" {escape(step['address'])}"
    if value := _value(step):
        what += f" <b>{escape(value)}</b>"
    return what


def _cells(step: dict | None, threads: int, last: int | None) -> str:
    """One step: a cell for each lane, and the word where it changes."""
    if step is None:
        return '<td class="none"></td>' * threads + '<td class="word"></td>'
    lanes = "".join(
        f'<td class="lane t{lane % 4}">{_step(step)}</td>' if lane == step["thread"] else '<td class="lane"></td>'
        for lane in range(threads)
    )
    word = step.get("word")
    text = "" if word is None else compare.word_name(word)
    css = "word" if word == last or last is None else "word changed"
    return f'{lanes}<td class="{css}">{escape(text)}</td>'


def _words(steps: list[dict]) -> list[int | None]:
    """The word before each step."""
    return [None, *(step.get("word") for step in steps)]


def picture(lanes: dict) -> str:
    """HTML, without script and without anything from elsewhere."""
    threads = lanes["threads"]
    sides = {side: lanes[side] for side in ("before", "after")}
    words = {side: _words(steps) for side, steps in sides.items()}
    part = parting(*sides.values())
    length = max(map(len, sides.values()))
    first = max(0, part - KEPT)
    names = "".join(f'<th class="t{number % 4}">{escape(name)}</th>' for number, name in enumerate(threads))
    head = f"<th></th>{names}<th>word</th><th class='gap'></th>{names}<th>word</th>"
    span = len(threads) + 1
    rows = ""
    if first:
        rows += f'<tr class="folded"><td></td><td colspan="{2 * span + 1}">{first} steps, the same in both</td></tr>'
    for number in range(first, length):
        cells = {
            side: _cells(steps[number] if number < len(steps) else None, len(threads), words[side][min(number, len(steps))])
            for side, steps in sides.items()
        }
        css = ' class="part"' if number == part else ' class="apart"' if number > part else ""
        rows += f'<tr{css}><th>{number + 1}</th>{cells["before"]}<td class="gap"></td>{cells["after"]}</tr>'
    ends = lanes.get("ends", {})
    if ends:
        rows += (
            f'<tr class="ends"><th></th><td colspan="{span}">{escape(ends.get("before", ""))}</td><td class="gap"></td>'
            f'<td colspan="{span}">{escape(ends.get("after", ""))}</td></tr>'
        )
    caption = f"step {part + 1} is where they part" if part < length else "each step is the same"
    return (
        f'<div class="scroll"><table class="lanes"><caption>{caption}</caption><thead>'
        f'<tr><th></th><th colspan="{span}">before</th><th class="gap"></th><th colspan="{span}">after</th></tr>'
        f"<tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
