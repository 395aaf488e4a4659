"""What a violation's values are read from, and the form in which they are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Violation = Mapping[str, Any]


class Compared(NamedTuple):
    """The contents of a check's files, empty where they are not known: statistics and the previous
    constraints of a quality check; of a Clarify check, whose constraints are an analysis.json, that."""

    now: Mapping[str, Any]
    before: Mapping[str, Any]
    bounds: Mapping[str, Any]


def told(name: str, before: object, now: object, bound: str = "") -> str:
    """`(mean 0.239 in the baseline, now 0.359; bound: at most 0.25)`, without what is not known (None);
    empty when neither value is."""
    values = ", ".join(
        part
        for part in (
            "" if before is None else f"{text(before)} in the baseline",
            "" if now is None else f"now {text(now)}",
        )
        if part
    )
    if not values:
        return ""
    return f"({name} {values}{f'; bound: {bound}' if bound else ''})"


def text(value: object) -> str:
    """A number in six digits; anything else, as the text "NaN" for what does not exist, as it is."""
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)
