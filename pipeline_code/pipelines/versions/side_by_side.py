"""Two versions' facts as a page of text: a row for each fact, the differences marked."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

NOTHING = "-"
WIDEST = 60  # of a value's column; longer values go on in the next line
_INDENT = "  "


def page(
    labels: tuple[str, str],
    sections: tuple[Mapping[str, Any], Mapping[str, Any]],
    nothing: str = "nothing is known of either",
) -> str:
    """All sections; `*` stands before a row whose values differ, their change after numbers.

    `nothing` is what an empty section says.
    """
    names = list(dict.fromkeys([*sections[0], *sections[1]]))
    parts = []
    for name in names:
        rows = list(_rows(sections[0].get(name) or {}, sections[1].get(name) or {}))
        body = _table(labels, rows) if rows else [f"{_INDENT}{nothing}"]
        parts.append("\n".join([name.upper(), *body]))
    return "\n\n".join(parts) + "\n"


def changed(
    sections: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sections with those facts alone that differ."""
    found: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name in dict.fromkeys([*sections[0], *sections[1]]):
        sides = [flat(side.get(name) or {}) for side in sections]
        for target, side, other in zip(found, sides, reversed(sides), strict=True):
            target[name] = {
                key: value for key, value in side.items() if other.get(key, NOTHING) != value
            }
    return found


def flat(facts: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Facts within facts, by their joined names."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name} ")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _rows(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    left, right = flat(first), flat(second)
    for name in dict.fromkeys([*left, *right]):
        values = left.get(name), right.get(name)
        mark = "*" if values[0] != values[1] else " "
        yield mark, name, _text(values[0]), _text(values[1]), _change(*values)


def _text(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _change(first: Any, second: Any) -> str:
    numbers = [each for each in (first, second) if _is_number(each)]
    if len(numbers) < 2 or first == second or first == 0:
        return ""
    return f"{(second - first) / abs(first):+.2%}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _table(labels: tuple[str, str], rows: list[tuple[str, ...]]) -> Iterator[str]:
    heads = ("", "", *labels, "")
    width = [
        min(WIDEST, max(len(row[column]) for row in [heads, *rows])) for column in range(len(heads))
    ]
    yield _line(heads, width)
    for row in rows:
        cells = [textwrap.wrap(cell, WIDEST) or [""] for cell in row]
        for index in range(max(len(cell) for cell in cells)):
            yield _line(tuple(c[index] if index < len(c) else "" for c in cells), width)


def _line(cells: tuple[str, ...], width: list[int]) -> str:
    mark, *rest = (cell.ljust(size) for cell, size in zip(cells, width, strict=True))
    return (mark + " " + _INDENT.join(rest)).rstrip()
