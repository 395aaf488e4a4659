"""How predictions follow labels, for the report: a bounded sample of pairs, in ten ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_ROWS = 5_000
RANGES = 10

_SEED = 19


class PredictedVsActual:
    """Keeps the pairs with the smallest random keys: a uniform sample, in one pass."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(_SEED)
        self._kept: NDArray[np.float64] = np.empty((0, 3))

    def add(self, labels: NDArray[np.float64], predictions: NDArray[np.float64]) -> None:
        """Take another chunk; both of shape (rows,), in the target's unit."""
        keys = self._random.random(len(labels))
        everyone = np.vstack([self._kept, np.column_stack([keys, labels, predictions])])
        if len(everyone) > SAMPLE_ROWS:
            everyone = everyone[np.argpartition(everyone[:, 0], SAMPLE_ROWS)[:SAMPLE_ROWS]]
        self._kept = everyone

    def summary(self) -> dict[str, Any]:
        """Ten ranges with about as many labels each, and the means of both within them."""
        pairs = self._kept[np.argsort(self._kept[:, 1], kind="stable")]
        parts = [part for part in np.array_split(pairs, RANGES) if len(part)]
        return {
            "sampled_rows": len(pairs),
            "ranges": [
                {
                    "label_from": float(part[0, 1]),
                    "label_to": float(part[-1, 1]),
                    "mean_label": float(part[:, 1].mean()),
                    "mean_prediction": float(part[:, 2].mean()),
                    "rows": len(part),
                }
                for part in parts
            ],
        }
