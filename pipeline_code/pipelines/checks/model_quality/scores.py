"""Probabilities against labels: the area under the ROC curve, and the curves themselves.

Ranks need the scores, so this is the one place that keeps any: up to EXACT_ROWS of them as they
are (10 MB), for which area and curves are exact. Beyond that they are counted into BINS equal
ranges of [0, 1] (6 MB); scores within one range then count as tied, which moves the area by at
most half the share of pairs that fall into a common range.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .subsamples import SAMPLES

EXACT_ROWS = 1_000_000
BINS = 2**16
CURVE_POINTS = 200

_PARTS = 1 + SAMPLES


class Scores:
    """Gathers the probability of the positive class, and whether the label is of one class.

    Which of the two classes is the positive one has to be known only in the end: `flagged` rows
    are of one class, and the results say whether that is the positive one.
    """

    def __init__(self, exact_rows: int = EXACT_ROWS) -> None:
        self._exact_rows = exact_rows
        self._chunks: list[tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.uint8]]] = []
        self._rows = 0
        self._counts: NDArray[np.int64] | None = None

    def add(
        self,
        members: NDArray[np.bool_],
        flagged: NDArray[np.bool_],
        scores: NDArray[np.float64],
    ) -> None:
        """Take another chunk: members of shape (1 + 5, rows), the others of shape (rows,)."""
        self._rows += len(scores)
        if self._counts is None:
            packed: NDArray[np.uint8] = np.packbits(members, axis=0, bitorder="little")[0]
            self._chunks.append((scores, flagged, packed))
            if self._rows > self._exact_rows:
                self._collapse()
        else:
            self._count(members, flagged, scores)

    def areas(self, flagged_is_positive: bool) -> list[float | None]:
        """The area under the ROC curve of all rows and of each part; None without both classes."""
        return [_area(*self._tallies(part, flagged_is_positive)) for part in range(_PARTS)]

    def curves(self, flagged_is_positive: bool) -> dict[str, Any]:
        """ROC and precision-recall curve of all rows, of at most CURVE_POINTS points each."""
        negatives, positives = self._tallies(0, flagged_is_positive)
        # From the highest score down: what a threshold at each of them would accept.
        false = np.concatenate([[0], np.cumsum(negatives[::-1])])
        true = np.concatenate([[0], np.cumsum(positives[::-1])])
        kept = np.unique(np.linspace(0, len(true) - 1, CURVE_POINTS).round().astype(int))
        accepted = np.maximum(true + false, 1)
        precisions = np.where(true + false > 0, true / accepted, 1.0)
        return {
            "receiver_operating_characteristic_curve": {
                "false_positive_rates": (false / false[-1])[kept].tolist(),
                "true_positive_rates": (true / true[-1])[kept].tolist(),
            },
            "precision_recall_curve": {
                "precisions": precisions[kept].tolist(),
                "recalls": (true / true[-1])[kept].tolist(),
            },
        }

    def _tallies(
        self, part: int, flagged_is_positive: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Negatives and positives of each score, by rising score."""
        others, flagged = self._split(part)
        return (others, flagged) if flagged_is_positive else (flagged, others)

    def _split(self, part: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._counts is not None:
            seen = self._counts[0].sum(axis=0) > 0
            return self._counts[part, 0, seen], self._counts[part, 1, seen]
        scores = np.concatenate([chunk[0] for chunk in self._chunks])
        flagged = np.concatenate([chunk[1] for chunk in self._chunks])
        member = (np.concatenate([chunk[2] for chunk in self._chunks]) >> part & 1).astype(bool)
        values, where = np.unique(scores[member], return_inverse=True)
        of_flagged = np.bincount(where[flagged[member]], minlength=len(values))
        return np.bincount(where, minlength=len(values)) - of_flagged, of_flagged

    def _collapse(self) -> None:
        self._counts = np.zeros((_PARTS, 2, BINS), dtype=np.int64)
        for scores, flagged, packed in self._chunks:
            members = np.unpackbits(packed[None, :], axis=0, bitorder="little")[:_PARTS]
            self._count(members.astype(bool), flagged, scores)
        self._chunks.clear()

    def _count(
        self,
        members: NDArray[np.bool_],
        flagged: NDArray[np.bool_],
        scores: NDArray[np.float64],
    ) -> None:
        assert self._counts is not None
        bins = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
        for part, member in enumerate(members):
            for label in (0, 1):
                chosen = bins[member & (flagged == bool(label))]
                self._counts[part, label] += np.bincount(chosen, minlength=BINS)


def _area(negatives: NDArray[np.int64], positives: NDArray[np.int64]) -> float | None:
    """The share of pairs (positive, negative) with the positive above, ties by half.

    That is Mann and Whitney's U over the number of pairs.
    """
    pairs = float(negatives.sum()) * float(positives.sum())
    if pairs == 0:
        return None
    below = np.cumsum(negatives) - negatives
    return float((positives * (below + negatives / 2)).sum() / pairs)
