"""A data set boiled down to the eight numbers that all but two of the metrics are made of."""

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


def group(
    rows: NDArray[np.bool_], positive: NDArray[np.bool_], predicted: NDArray[np.bool_] | None
) -> Group:
    """The counts of the chosen rows; all arrays have shape (rows,)."""
    labels = positive[rows]
    answers = np.zeros_like(labels) if predicted is None else predicted[rows]
    return Group(
        true_positives=int((labels & answers).sum()),
        false_negatives=int((labels & ~answers).sum()),
        false_positives=int((~labels & answers).sum()),
        true_negatives=int((~labels & ~answers).sum()),
    )


def ratio(part: float, whole: float) -> float:
    """part / whole; nothing of nothing is 0, something of nothing infinite, as in Clarify."""
    if whole:
        return part / whole
    return float("inf") if part else 0.0


def difference(first: float, second: float) -> float:
    """first - second; two infinite ratios do not differ."""
    return 0.0 if first == second else first - second


def conditional_disparity(
    sensitive: NDArray[np.bool_], positive: NDArray[np.bool_], groups: NDArray[np.intp]
) -> float:
    """CDD: in each group, the sensitive share of rejections less that of acceptances.

    The groups' disparities are averaged by their rows; a group without rejections (acceptances)
    has a share of 0 there. `groups` numbers the group of each row from 0, shape (rows,).
    """
    size = int(groups.max()) + 1

    def per_group(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(groups[chosen], minlength=size)

    rejected = per_group(~positive)
    accepted = per_group(positive)
    share_of_rejected = per_group(~positive & sensitive) / np.maximum(rejected, 1)
    share_of_accepted = per_group(positive & sensitive) / np.maximum(accepted, 1)
    weights = (rejected + accepted) / len(groups)
    return float(weights @ (share_of_rejected - share_of_accepted))
