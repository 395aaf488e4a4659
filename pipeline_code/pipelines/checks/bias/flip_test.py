"""FT: would the model decide otherwise for similar members of the other group?

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-ft.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
"""Of how many similar rows the majority counts; 1 where the advantaged group has below ten rows."""

_MOST_TREES = 16


@dataclass(frozen=True)
class Rows:
    """Rows that may occur several times: features (rows, features), `predicted` and `counts` (rows,)."""

    features: NDArray[np.float64]
    predicted: NDArray[np.bool_]
    counts: NDArray[np.int64]


def flip_test(own: Rows, others: Rows) -> tuple[float, float]:
    """(F+ - F-) / n_d, from -1 to 1, and its standard error if `own` is a sample of many more.

    For each row of the sensitive group (`own`), the nearest rows of the other group (by Euclidean
    distance of the features as they are, not scaled, as in Clarify) vote what the model would have
    said. F+ counts rows with a positive prediction whose neighbours' is negative, F- the reverse.
    Where more rows than are asked for have the very same features, their predictions' mean votes.
    The order of the rows does not matter.

    The error assumes that each different row was drawn with the same chance, with all its copies.
    """
    mine, theirs = _merged(own), _merged(others)
    neighbours = NEIGHBOURS if theirs.counts.sum() >= 10 else 1
    nearest = _nearest(theirs.features, mine.features, min(neighbours, len(theirs.counts)))
    counts = theirs.counts[nearest]
    taken = np.clip(neighbours - (counts.cumsum(axis=1) - counts), 0, counts)
    votes = (taken * theirs.positives[nearest] / counts).sum(axis=1)
    voted = votes * 2 > neighbours
    flips = np.where(voted, mine.positives - mine.counts, mine.positives)
    value = float(flips.sum() / mine.counts.sum())
    return value, _standard_error(flips, mine.counts, value)


@dataclass(frozen=True)
class _Merged:
    """Rows with different features, how often each occurs, and how often with a positive prediction."""

    features: NDArray[np.float64]
    counts: NDArray[np.int64]
    positives: NDArray[np.int64]


def _merged(rows: Rows) -> _Merged:
    """In the order of the features, so that ties between neighbours do not depend on the rows'."""
    features = rows.features + 0.0
    order = np.lexsort(features.T)
    features = features[order]
    new = np.append(True, (features[1:] != features[:-1]).any(axis=1))
    first = np.flatnonzero(new)
    counts = rows.counts[order]
    positives = counts * rows.predicted[order]
    return _Merged(
        features[first], np.add.reduceat(counts, first), np.add.reduceat(positives, first)
    )


def _nearest(
    tree: NDArray[np.float64], asked: NDArray[np.float64], neighbours: int
) -> NDArray[np.intp]:
    """The nearest rows of the tree for each one asked, shape (asked, neighbours).

    A column that one side has only one value of, such as another category of a facet that is one-hot,
    does not tell neighbours from each other as others do, but keeps a search tree from leaving out
    anything: it is taken out of the tree, and where it adds different distances, each gets a tree.
    """
    from scipy.spatial import cKDTree  # only this metric needs it

    kept = np.ptp(tree, axis=0) > 0
    tree, asked = tree[:, kept], asked[:, kept]
    constant = np.ptp(asked, axis=0) == 0
    added = ((tree[:, constant] - asked[0, constant]) ** 2).sum(axis=1)
    different, which = np.unique(added, return_inverse=True)
    if len(different) > _MOST_TREES:
        constant[:], different, which = False, np.zeros(1), np.zeros(len(tree), dtype=np.intp)
    tree, asked = tree[:, ~constant], asked[:, ~constant]
    if not tree.shape[1]:
        tree, asked = np.zeros((len(tree), 1)), np.zeros((len(asked), 1))
    distances, places = [], []
    for index, more in enumerate(different):
        rows = np.flatnonzero(which == index)
        most = min(neighbours, len(rows))
        found, nearest = cKDTree(tree[rows]).query(asked, k=most, workers=-1)
        distances.append(found.reshape(-1, most) ** 2 + more)
        places.append(rows[nearest.reshape(-1, most)])
    chosen = np.argsort(np.hstack(distances), axis=1, kind="stable")[:, :neighbours]
    return np.take_along_axis(np.hstack(places), chosen, axis=1)


def _standard_error(flips: NDArray[np.int64], counts: NDArray[np.int64], value: float) -> float:
    """Of the ratio of two sums over independently drawn rows."""
    size = len(flips)
    if size < 2:
        return math.inf
    squares = float(((flips - value * counts) ** 2).sum())
    return math.sqrt(squares * size / (size - 1)) / float(counts.sum())
