# SPDX-License-Identifier: GPL-2.0
"""The ratios as a picture, one row for each measurement, C at 1: median, quartiles, extremes."""

import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, ROW, TOP = 940, 290, 70, 20, 84
LOWEST, HIGHEST = 0.25, 4.0  # beyond that a line ends at the edge
TICKS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0)
COLOURS = {"guest": "#a05000", "guest, live swap": "#2e7d32", "native": "#004c99"}


def _x(ratio: float) -> float:
    ratio = min(max(ratio, LOWEST), HIGHEST)
    part = math.log(ratio / LOWEST) / math.log(HIGHEST / LOWEST)
    return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)


def ratios(rows: list[dict], header: dict[str, str]) -> str:
    bottom = TOP + ROW * len(rows)
    out = [
        (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + 46}"'
        f' viewBox="0 0 {WIDTH} {bottom + 46}" font-family="sans-serif" font-size="12">'),
        '<rect width="100%" height="100%" fill="white"/>',
        '<text x="10" y="18" font-size="15">Per-VMA lock: time of an operation in Rust, that in C = 1</text>',
        '<text x="10" y="36">dot: median; thick line: quartiles; thin line: smallest to largest round</text>',
        f'<text x="10" y="54" fill="#555">{escape("; ".join(header.values()))}</text>',
        (f'<text x="{_x(1.0)}" y="{bottom + 36}" text-anchor="middle">Rust to C, ratio of times, logarithmic;'
        " left of 1 Rust is faster</text>"),
    ]
    for tick in TICKS:
        x = _x(tick)
        colour = "#888" if tick == 1.0 else "#ddd"
        out.append(f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{bottom}" stroke="{colour}"/>')
        out.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
    for number, row in enumerate(rows):
        y = TOP + ROW * number + ROW // 2
        colour = COLOURS[row["where"]]
        out += [
            f'<text x="10" y="{y + 4}">{escape(row["name"])} ({row["where"]})</text>',
            f'<line x1="{_x(row["min"])}" y1="{y}" x2="{_x(row["max"])}" y2="{y}" stroke="{colour}"/>',
            f'<line x1="{_x(row["q1"])}" y1="{y}" x2="{_x(row["q3"])}" y2="{y}" stroke="{colour}" stroke-width="5"/>',
            f'<circle cx="{_x(row["median"])}" cy="{y}" r="4" fill="white" stroke="{colour}" stroke-width="2"/>',
            f'<text x="{WIDTH - 10}" y="{y + 4}" text-anchor="end">{row["median"]:.2f}</text>',
        ]
    return "\n".join([*out, "</svg>", ""])
