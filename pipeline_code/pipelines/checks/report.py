"""A check's report for a person: one HTML file with everything in it, pictures included.

No script, no address outside: the file is opened from a bucket or an e-mail, in years.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

FILE_NAME = "report.html"

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin-top: 2rem }
.verdict { padding: .6rem .9rem; border-left: .3rem solid #2e7d32; background: #eef7ee }
.verdict.bad { border-color: #b3261e; background: #fdeeed }
table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #d8dee4 }
th:first-child, td:first-child, td.text { text-align: left } tr.bad td { background: #fdeeed }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: .8rem }
.plots svg { width: 100%; height: auto } p.note { color: #57606a }
"""


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, as HTML made by the functions of this module."""

    title: str
    body: str


def page(title: str, verdict: str, sections: Iterable[Section], *, bad: bool = False) -> str:
    """The whole file; the verdict is the one sentence that a person in a hurry reads."""
    parts = [
        f"<h2>{html.escape(section.title)}</h2>\n{section.body}"
        for section in sections
        if section.body
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>"
        f"<h1>{html.escape(title)}</h1>\n"
        f'<p class="verdict{" bad" if bad else ""}">{html.escape(verdict)}</p>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def note(text: str) -> str:
    """A paragraph that explains."""
    return f'<p class="note">{html.escape(text)}</p>'


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], bad_rows: Iterable[int] = ()
) -> str:
    """A table; numbers with six significant digits, `None` as a hyphen, bad rows marked."""
    marked = set(bad_rows)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "\n".join(
        ('<tr class="bad">' if index in marked else "<tr>")
        + "".join(f"<td{_side(cell)}>{html.escape(_text(cell))}</td>" for cell in row)
        + "</tr>"
        for index, row in enumerate(rows)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def plots(figures: Iterable[Any]) -> str:
    """matplotlib figures, as SVG in the page; each is closed by whoever drew it.

    Draw with `matplotlib.figure.Figure`, not with pyplot: it needs no display and keeps no state.
    """
    return '<div class="plots">\n' + "\n".join(_svg(figure) for figure in figures) + "\n</div>"


def _svg(figure: Any) -> str:
    import matplotlib  # half a second that only a report costs

    out = io.StringIO()
    # The salt and the missing date make the same figure the same bytes; text stays text.
    with matplotlib.rc_context({"svg.hashsalt": "slipway", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata={"Date": None}, bbox_inches="tight")
    text = out.getvalue()
    return text[text.index("<svg") :]


def _side(cell: Any) -> str:
    return ' class="text"' if isinstance(cell, str) else ""


def _text(cell: Any) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return str(cell)
    return f"{cell:.6g}"
