"""The table of docs/benchmarks.md: its lines, and putting lines of a partial run into the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

# What was measured, how much, the goal, and whether it was met where there is a goal.
Row = tuple[str, str, str, bool | None]

REASONS = "## Reading them"


def line(row: Row) -> str:
    """One row in Markdown."""
    what, measured, goal, met = row
    mark = {True: "yes", False: "**no**", None: ""}[met]
    return f"| {what} | {measured} | {goal} | {mark} |"


def updated(page: str, rows: Sequence[Row], reasons: str) -> str:
    """The page with these rows in place of those of the same name, or before the last one.

    Their figures say the day, for the page's head says that of the whole run.
    """
    lines = page.partition(REASONS)[0].rstrip().splitlines()
    for what, measured, goal, met in rows:
        new = line((what, f"{measured} (on {datetime.now(UTC):%Y-%m-%d})", goal, met))
        old = [index for index, each in enumerate(lines) if each.startswith(f"| {what} | ")]
        if old:
            lines[old[0]] = new
        else:
            lines.insert(-1, new)
    return "\n".join([*lines, "", reasons.strip(), ""])
