"""mae, mse, rmse and r2, from sums alone: memory does not grow with the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .predicted_vs_actual import PredictedVsActual
from .subsamples import SAMPLES, Subsamples, measured


class Regression:
    """Gathers labels and predictions, both in the target's unit."""

    def __init__(self) -> None:
        parts = 1 + SAMPLES
        self._rows = np.zeros(parts)
        self._absolute = np.zeros(parts)
        self._squared = np.zeros(parts)
        self._mean = np.zeros(parts)
        self._spread = np.zeros(parts)
        self._subsamples = Subsamples()
        self._pairs = PredictedVsActual()

    def add(self, labels: NDArray[np.float64], predictions: NDArray[np.float64]) -> None:
        """Take another chunk; both of shape (rows,)."""
        members = self._subsamples.members(len(labels)).astype(np.float64)
        errors = predictions - labels
        self._absolute += members @ np.abs(errors)
        self._squared += members @ (errors * errors)
        self._add_labels(members, labels)
        self._pairs.add(labels, predictions)

    def metrics(self) -> dict[str, Any]:
        """`regression_metrics` of statistics.json."""
        rows = int(self._rows[0])
        mse = self._squared / self._rows
        return {
            "mae": measured(rows, (self._absolute / self._rows).tolist()),
            "mse": measured(rows, mse.tolist()),
            "rmse": measured(rows, np.sqrt(mse).tolist()),
            "r2": measured(rows, [self._r2(part) for part in range(1 + SAMPLES)]),
        }

    def summary(self) -> Mapping[str, Any]:
        """What the report draws: means of predictions over ranges of labels."""
        return self._pairs.summary()

    def _r2(self, part: int) -> float | None:
        """None where all labels are alike: no variance is there to be explained."""
        if self._spread[part] == 0:
            return None
        return float(1 - self._squared[part] / self._spread[part])

    def _add_labels(self, members: NDArray[np.float64], labels: NDArray[np.float64]) -> None:
        """Means and sums of squares about them, joined chunk by chunk (Chan, Golub, LeVeque).

        The sum of squares less the squared sum would lose all digits for labels far from zero.
        """
        rows = members.sum(axis=1)
        some = np.maximum(rows, 1)
        mean = (members @ labels) / some
        spread = np.sum(members * (labels - mean[:, None]) ** 2, axis=1)
        total = np.maximum(self._rows + rows, 1)
        apart = mean - self._mean
        self._spread += spread + apart**2 * self._rows * rows / total
        self._mean += apart * rows / total
        self._rows += rows
