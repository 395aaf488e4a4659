"""The metrics of more than two classes: each class's figure, weighted by its share of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckError
from .confusion import Confusion, constant, f_score, ratio
from .subsamples import Subsamples, measured

_BETAS = {"weighted_f0_5": 0.5, "weighted_f1": 1.0, "weighted_f2": 2.0}


class Multiclass:
    """Gathers labels and predictions; memory grows with the classes only."""

    def __init__(self) -> None:
        self._confusion = Confusion()
        self._subsamples = Subsamples()
        self._rows = 0

    def add(self, labels: Sequence[str], predictions: Sequence[str]) -> None:
        """Take another chunk."""
        self._rows += len(labels)
        true = self._confusion.codes(labels, labels=True)
        predicted = self._confusion.codes(predictions, labels=False)
        self._confusion.add(self._subsamples.members(len(labels)), true, predicted)

    def metrics(self) -> dict[str, Any]:
        """`multiclass_classification_metrics` of statistics.json."""
        labels = self._confusion.label_classes()
        if len(labels) == 1:
            raise CheckError(
                f"all {self._rows} labels are {labels[0]!r}: the metrics of a classifier need rows "
                "of two classes at least"
            )
        counts = self._confusion.counts()
        # The most frequent label, as of two classes; the documentation's example answers the other.
        answer = int(counts[0].sum(axis=1).argmax())
        parts = [_weighted(part) for part in counts]
        constants = [_weighted(constant(answer, part)) for part in counts]
        result: dict[str, Any] = {"confusion_matrix": self._confusion.matrix()}
        for name in parts[0]:
            result[name] = measured(self._rows, [part[name] for part in parts])
        for name in parts[0]:
            key = f"{name}_best_constant_classifier"
            result[key] = measured(self._rows, [part[name] for part in constants])
        return result


def _weighted(matrix: NDArray[np.int64]) -> dict[str, float]:
    """Figures of a matrix [label, prediction]."""
    right = matrix.diagonal()
    labels = matrix.sum(axis=1)
    predicted = matrix.sum(axis=0)
    rows = int(matrix.sum())
    recalls = [ratio(*pair) for pair in zip(right, labels, strict=True)]
    precisions = [ratio(*pair) for pair in zip(right, predicted, strict=True)]
    weights = [ratio(count, rows) for count in labels]

    def weighted(figures: Sequence[float]) -> float:
        return float(np.dot(weights, figures))

    result = {
        "accuracy": ratio(int(right.sum()), rows),
        "weighted_recall": weighted(recalls),
        "weighted_precision": weighted(precisions),
    }
    for name, beta in _BETAS.items():
        result[name] = weighted(
            [f_score(*pair, beta) for pair in zip(precisions, recalls, strict=True)]
        )
    return result
