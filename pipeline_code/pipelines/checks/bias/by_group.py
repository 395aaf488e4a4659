"""The rows of a facet's sides by the group variable's values, for conditional disparity."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

LABELS, PREDICTIONS = 0, 1


class ByGroup:
    """Rows of pairs of a facet's key and a group.

    `keys` and `groups` have shape (pairs,), `tables` the rows by label and prediction, 1 being
    positive, shape (pairs, 2, 2).
    """

    def __init__(
        self, keys: NDArray[np.int64], groups: NDArray[np.int64], tables: NDArray[np.int64]
    ) -> None:
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        different, places = np.unique(groups[order], return_inverse=True)
        self._groups: NDArray[np.intp] = places
        self._tables = tables[order]
        self._everybody = np.zeros((len(different), 2, 2), dtype=np.int64)
        np.add.at(self._everybody, self._groups, self._tables)

    def disparity(self, sensitive: NDArray[np.int64], of: int) -> float:
        """Conditional demographic disparity of the side with these keys, `of` LABELS or PREDICTIONS."""
        begins = np.searchsorted(self._keys, sensitive, side="left")
        ends = np.searchsorted(self._keys, sensitive, side="right")
        pairs = np.concatenate([np.arange(*each) for each in zip(begins, ends, strict=True)])
        groups, places = np.unique(self._groups[pairs], return_inverse=True)
        own = np.zeros((len(groups), 2, 2), dtype=np.int64)
        np.add.at(own, places, self._tables[pairs])
        other = 2 - of  # the axis to sum over: predictions for the labels, and the reverse
        return conditional_disparity(
            own.sum(axis=other), self._everybody[groups].sum(axis=other), int(self._tables.sum())
        )


def conditional_disparity(
    sensitive: NDArray[np.int64], everybody: NDArray[np.int64], rows: int
) -> float:
    """CDD: in each group, the sensitive share of rejections less that of acceptances.

    Rows of each group, rejected and accepted, shape (groups, 2): of the sensitive side, and of both.
    The groups' disparities are averaged by their share of all `rows`, groups without a sensitive row
    included; a group without rejections (acceptances) has a share of 0 there.
    """
    shares = sensitive / np.maximum(everybody, 1)
    weights = everybody.sum(axis=1) / rows
    # An exact sum: the groups have no order.
    return math.fsum((weights * (shares[:, 0] - shares[:, 1])).tolist())
