# SPDX-License-Identifier: GPL-2.0
"""Does report.html show what report.json says? Asked of the file, or of what a browser made of it."""

from html.parser import HTMLParser


class _Page(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.cells: dict[str, list[tuple]] = {}  # job -> (operation, word, red)
        self.rows: dict[str, int] = {}  # trace of a job -> rows
        self.external: list[str] = []
        self.open_cells = 0
        self._trace = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "button" and "data-job" in attrs:
            cell = (attrs["data-op"], int(attrs["data-word"]), "bad" in attrs["class"].split())
            self.cells.setdefault(attrs["data-job"], []).append(cell)
            self.open_cells += attrs.get("aria-pressed") == "true"
        elif tag == "div" and attrs.get("id", "").startswith("trace-"):
            self._trace = attrs["id"].removeprefix("trace-")
        elif tag == "section":
            self._trace = None
        elif tag == "tr" and self._trace:
            self.rows[self._trace] = self.rows.get(self._trace, 0) + 1
        if tag in ("link", "iframe", "img") or "src" in attrs or "://" in attrs.get("href", ""):
            self.external.append(tag)


def _expected(report: dict, job: dict) -> dict[tuple, int]:
    """(operation, word) -> in how many states the job's side is different."""
    before, other = (report["sides"][side] for side in ("before", job["name"]))
    alike = job["name"] == "rust" or before["checks"] == other["checks"]
    counts = {}
    for key, outcome in before["cells"].items():
        operation, word = key.replace("@watch ", " ").split()[:2]
        place = (operation, int(word))
        checked = alike or before["checks"].get(key) == other["checks"].get(key)
        counts[place] = counts.get(place, 0) + (other["cells"].get(key) != outcome or not checked)
    return counts


def problems(text: str, report: dict, ran: bool) -> list[str]:
    """What is wrong with the page; `ran`: its script was run."""
    page = _Page(text)
    found = [f"<{tag}> loads something from elsewhere" for tag in page.external]
    shown = [job for job in report["jobs"] if job["name"] in report["sides"]]
    if not shown:
        found.append("no job has a matrix")
    for job in shown:
        wanted = _expected(report, job)
        cells = page.cells.get(job["name"], [])
        red = {cell[:2] for cell in cells if cell[2]}
        if len(cells) != len(wanted) or {cell[:2] for cell in cells} != wanted.keys():
            found.append(f"{job['name']}: {len(cells)} cells instead of {len(wanted)}")
        if red != {place for place, count in wanted.items() if count}:
            found.append(f"{job['name']}: the wrong {len(red)} cells are red")
    if page.open_cells != ran:
        found.append(f"{page.open_cells} cells are open")
    if ran:
        # The script opens one; behind it are its states, below a line of heads.
        states = {}
        for key in report["sides"]["before"]["cells"]:
            place = tuple(key.replace("@watch ", " ").split()[:2])
            states[place] = states.get(place, 0) + 1
        if len(page.rows) != 1 or next(iter(page.rows.values())) - 1 not in states.values():
            found.append(f"the open cell has no trace: {page.rows} rows")
    return found
