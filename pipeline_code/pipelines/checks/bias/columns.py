"""Columns of the data set: found by name or index, and told apart as continuous or categorical."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from ..values import canonical

CONTINUOUS_SHARE = 0.05
"""Whole numbers are continuous where at least this share of them is distinct, as Clarify has it."""


def column(frame: pd.DataFrame, name_or_index: str | int, role: str) -> str:
    """The name of the column that a configuration means; an index counts from zero."""
    names = [str(name) for name in frame.columns]
    if isinstance(name_or_index, int):
        if not 0 <= name_or_index < len(names):
            raise CheckError(
                f"the {role} is column {name_or_index}, but the data have {len(names)} columns "
                f"(0 to {len(names) - 1})"
            )
        return names[name_or_index]
    if name_or_index not in names:
        raise CheckError(
            f"the data have no column {name_or_index!r} for the {role}; they have "
            f"{', '.join(names)}"
        )
    return name_or_index


@dataclass(frozen=True)
class Marked:
    """Which rows belong to the group that the values (or a threshold) select.

    `rows` has shape (rows,); `written` is the group as analysis.json has it: `1`, `F,I`, or
    `(15.0, 29.0]` for what lies above a threshold.
    """

    rows: NDArray[np.bool_]
    written: str


def is_continuous(texts: pd.Series, values: Sequence[object]) -> bool:
    """Whether a single value selects what is above it rather than what equals it.

    Clarify decides so: several values are categories; text is categorical; fractions are
    continuous; whole numbers are continuous if 5% of them or more are distinct. One exception is
    ours: a column with two distinct values is categorical. Clarify would take the labels 0 and 1 of
    a short file, or 0.0 and 1.0 of any, for continuous, and find nothing above 1.
    """
    if len(values) > 1:
        return False
    numbers = pd.to_numeric(texts, errors="coerce")
    if numbers.isna().any():
        return False
    distinct = int(numbers.nunique())
    if distinct <= 2:
        return False
    fractions = bool((texts.str.contains(r"[.eE]", regex=True)).any())
    return fractions or distinct / len(numbers) >= CONTINUOUS_SHARE


def above(numbers: NDArray[np.float64], threshold: object, texts: pd.Series, role: str) -> Marked:
    """Rows above the threshold; the interval's upper end is the greatest value."""
    try:
        bound = float(str(threshold))
    except ValueError as error:
        raise CheckError(
            f"the {role} is continuous, so it needs a number as threshold, not {threshold!r}"
        ) from error
    whole = isinstance(threshold, int) and not texts.str.contains(r"[.eE]", regex=True).any()
    upper = float(numbers.max())
    ends = (str(int(bound)), str(int(upper))) if whole else (str(bound), str(upper))
    return Marked(numbers > bound, f"({ends[0]}, {ends[1]}]")


def equal_to(texts: pd.Series, values: Sequence[object]) -> Marked:
    """Rows with one of the values; `1` and `1.0` are the same."""
    wanted = {canonical(value) for value in values}
    same = {text: canonical(text) in wanted for text in texts.unique()}
    rows: NDArray[np.bool_] = texts.map(same).to_numpy(dtype=bool)
    return Marked(rows, ",".join(map(str, values)))
