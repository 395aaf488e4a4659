"""The metrics of two classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckError
from .confusion import Confusion, constant, f_score, ratio
from .scores import Scores
from .subsamples import Subsamples, measured

_BETAS = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}


class Binary:
    """Gathers labels, predictions and, where the data have them, probabilities.

    The positive class is the greater of two numbers (1 of 0 and 1), else the last in the alphabet;
    the page's example has `1`. `probabilities` are those of the positive class.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._confusion = Confusion()
        self._scores = Scores()
        self._subsamples = Subsamples()
        self._scored = False
        self._derived = False
        self._rows = 0

    def add(
        self,
        labels: Sequence[str],
        predictions: Sequence[str] | None,
        probabilities: NDArray[np.float64] | None,
    ) -> None:
        """Take another chunk; without predictions, a probability above the threshold is a `1`."""
        self._rows += len(labels)
        members = self._subsamples.members(len(labels))
        true = self._confusion.codes(labels, labels=True)
        if predictions is None:
            assert probabilities is not None
            self._derived = True
            predictions = np.where(probabilities > self._threshold, "1", "0").tolist()
        self._confusion.add(members, true, self._confusion.codes(predictions, labels=False))
        if probabilities is not None:
            self._scored = True
            # Which class is the positive one shows only in the end: count the first label's class.
            self._scores.add(members, true == 0, probabilities)

    def metrics(self) -> dict[str, Any]:
        """`binary_classification_metrics` of statistics.json; curves and auc with probabilities."""
        self._check_classes()
        counts = self._confusion.counts()
        parts = [_rates(part) for part in counts]
        # The most frequent label. So it is in the output of a real job (see `comparison`); the
        # documentation's example answers 1 instead, which one of its four rows has.
        answer = int(counts[0].sum(axis=1).argmax())
        constants = [_rates(constant(answer, part)) for part in counts]
        result: dict[str, Any] = {"confusion_matrix": self._confusion.matrix()}
        for name in ("recall", "precision", "accuracy"):
            result[name] = measured(self._rows, [part[name] for part in parts])
        for name in ("recall", "precision", "accuracy"):
            key = f"{name}_best_constant_classifier"
            result[key] = measured(self._rows, [part[name] for part in constants])
        for name in ("true_positive_rate", "true_negative_rate"):
            result[name] = measured(self._rows, [part[name] for part in parts])
        for name in ("false_positive_rate", "false_negative_rate"):
            result[name] = measured(self._rows, [part[name] for part in parts])
        if self._scored:
            first_is_positive = self._confusion.code(self._confusion.classes()[-1]) == 0
            result |= self._scores.curves(first_is_positive)
            result["auc"] = measured(self._rows, self._scores.areas(first_is_positive))
        for name in _BETAS:
            result[name] = measured(self._rows, [part[name] for part in parts])
        for name in _BETAS:
            key = f"{name}_best_constant_classifier"
            result[key] = measured(self._rows, [part[name] for part in constants])
        return result

    def _check_classes(self) -> None:
        classes = self._confusion.classes()
        labels = self._confusion.label_classes()
        if len(labels) == 1:
            raise CheckError(
                f"all {self._rows} labels are {labels[0]!r}: the metrics of a classifier need rows "
                "of both classes"
            )
        if len(labels) > 2:
            raise CheckError(
                f"the labels have {len(labels)} classes ({', '.join(labels[:5])}, …): take the "
                "problem type MulticlassClassification"
            )
        strange = [name for name in classes if name not in labels]
        if strange and self._derived:
            raise CheckError(
                f"the labels are {labels[0]!r} and {labels[1]!r}: with a probability_attribute and "
                "no inference_attribute they have to be 0 and 1"
            )
        if strange:
            raise CheckError(
                f"the prediction {strange[0]!r} is none of the labels {labels[0]!r} and "
                f"{labels[1]!r}: name a column of probabilities as probability_attribute, with a "
                "probability_threshold, instead of inference_attribute"
            )


def _rates(matrix: NDArray[np.int64]) -> dict[str, float]:
    """A 2 by 2 matrix's figures; the second class is the positive one."""
    (true_negatives, false_positives), (false_negatives, true_positives) = matrix.tolist()
    precision = ratio(true_positives, true_positives + false_positives)
    recall = ratio(true_positives, true_positives + false_negatives)
    specificity = ratio(true_negatives, true_negatives + false_positives)
    rates = {
        "recall": recall,
        "precision": precision,
        "accuracy": ratio(true_positives + true_negatives, float(matrix.sum())),
        "true_positive_rate": recall,
        "true_negative_rate": specificity,
        "false_positive_rate": ratio(false_positives, true_negatives + false_positives),
        "false_negative_rate": ratio(false_negatives, true_positives + false_negatives),
    }
    return rates | {name: f_score(precision, recall, beta) for name, beta in _BETAS.items()}
