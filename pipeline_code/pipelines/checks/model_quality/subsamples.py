"""The five random 80% parts of the data that a metric's standard deviation comes from.

"Model Monitor computes standard deviation by randomly sampling 80% of the data five times,
computing the metric, and taking the standard deviation for those results", from 200 rows on
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html).
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MINIMUM_ROWS = 200
SAMPLES = 5
SHARE = 0.8
NOT_A_NUMBER = "NaN"
"""What stands for a missing number: JSON has none, and Model Monitor writes this string."""

_SEED = 20260730


class Subsamples:
    """Draws, row by row, which of the five parts a row belongs to.

    One pass does not know the number of rows beforehand, so a row enters each part with a chance
    of 80%; the parts have 80% of the rows only nearly. The draws depend on the rows' order alone,
    not on the chunks: the same data give the same numbers.
    """

    def __init__(self) -> None:
        self._random = np.random.default_rng(_SEED)

    def members(self, rows: int) -> NDArray[np.bool_]:
        """Who belongs where, of the next `rows` rows: shape (1 + 5, rows), the first is everyone."""
        drawn = self._random.random((rows, SAMPLES)) < SHARE
        return np.vstack([np.ones((1, rows), dtype=bool), drawn.T])


def measured(rows: int, values: Sequence[float | None]) -> dict[str, Any]:
    """A metric's entry: the value of all rows and the five parts' standard deviation (n - 1).

    `values` are 1 + 5 numbers, of all rows first; None is a metric that does not exist for them.
    """
    value, *parts = values
    deviation: float | str = NOT_A_NUMBER
    if rows >= MINIMUM_ROWS and value is not None:
        numbers = [part for part in parts if part is not None]
        if len(numbers) == SAMPLES:
            deviation = statistics.stdev(numbers)
    return {"value": NOT_A_NUMBER if value is None else value, "standard_deviation": deviation}
