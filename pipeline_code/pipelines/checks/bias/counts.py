"""A data set boiled down to the eight numbers that all but three of the metrics are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Group:
    """One side of a facet: its rows by label and prediction, both positive or not.

    Without predictions, all rows count as predicted negative.
    """

    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int

    @property
    def rows(self) -> int:
        return self.positives + self.negatives

    @property
    def positives(self) -> int:
        """Rows whose label is the positive outcome."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> int:
        return self.false_positives + self.true_negatives

    @property
    def predicted_positives(self) -> int:
        return self.true_positives + self.false_positives

    @property
    def predicted_negatives(self) -> int:
        return self.false_negatives + self.true_negatives


def group(table: NDArray[np.int64]) -> Group:
    """From rows by label and prediction, shape (2, 2); index 1 is positive."""
    (true_negatives, false_positives), (false_negatives, true_positives) = table.tolist()
    return Group(true_positives, false_negatives, false_positives, true_negatives)


def ratio(part: float, whole: float) -> float:
    """part / whole; nothing of nothing is 0, something of nothing infinite, as in Clarify."""
    if whole:
        return part / whole
    return float("inf") if part else 0.0


def difference(first: float, second: float) -> float:
    """first - second; two infinite ratios do not differ."""
    return 0.0 if first == second else first - second
