"""Confusion counts of all rows and of the five parts, and what a matrix says of one class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from ..values import canonical
from .subsamples import SAMPLES

MAX_CLASSES = 200


class Confusion:
    """Counts label against prediction; its size is that of the classes, not of the data."""

    def __init__(self) -> None:
        self._classes: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._in_labels: set[int] = set()
        self._counts: NDArray[np.int64] = np.zeros((1 + SAMPLES, 0, 0), dtype=np.int64)

    def codes(self, values: Sequence[str], *, labels: bool) -> NDArray[np.intp]:
        """Every class's number; `labels` says whether they are labels or predictions."""
        places, distinct = pd.factorize(np.asarray(values, dtype=object))
        found: NDArray[np.intp] = np.array([self.code(value) for value in distinct])[places]
        if labels:
            self._in_labels.update(np.unique(found).tolist())
        return found

    def add(
        self, members: NDArray[np.bool_], labels: NDArray[np.intp], predictions: NDArray[np.intp]
    ) -> None:
        """Take another chunk: members of shape (1 + 5, rows), codes of shape (rows,)."""
        size = len(self._classes)
        grown = np.zeros((1 + SAMPLES, size, size), dtype=np.int64)
        known = self._counts.shape[1]
        grown[:, :known, :known] = self._counts
        cells = labels * size + predictions
        for part, member in enumerate(members):
            counted = np.bincount(cells[member], minlength=size * size)
            grown[part] += counted.reshape(size, size)
        self._counts = grown

    def classes(self) -> list[str]:
        """All classes, numbers in their order, before text."""
        return sorted(self._classes, key=_order)

    def label_classes(self) -> list[str]:
        """The classes that occur among the labels."""
        return [name for name in self.classes() if self._classes[name] in self._in_labels]

    def counts(self) -> NDArray[np.int64]:
        """Shape (1 + 5, classes, classes), [part, label, prediction], in the order of classes()."""
        order = [self._classes[name] for name in self.classes()]
        return self._counts[:, order][:, :, order]

    def matrix(self) -> dict[str, dict[str, int]]:
        """`confusion_matrix` of statistics.json: label, then prediction, then rows."""
        names = self.classes()
        return {
            label: dict(zip(names, map(int, row), strict=True))
            for label, row in zip(names, self.counts()[0], strict=True)
        }

    def code(self, value: str) -> int:
        """The class's number, in the order in which classes were met."""
        if value not in self._names:
            name = canonical(value)
            self._classes.setdefault(name, len(self._classes))
            if len(self._classes) > MAX_CLASSES:
                raise CheckError(
                    f"more than {MAX_CLASSES} classes among labels and predictions "
                    f"(the last one {value!r}): is this a Regression, or a column of probabilities?"
                )
            self._names[value] = name
        return self._classes[self._names[value]]


def ratio(part: float, whole: float) -> float:
    """part / whole, and 0 where there is nothing: a class never predicted has precision 0."""
    return float(part) / float(whole) if whole else 0.0


def f_score(precision: float, recall: float, beta: float) -> float:
    """(1 + b^2) P R / (b^2 P + R)."""
    return ratio((1 + beta**2) * precision * recall, beta**2 * precision + recall)


def constant(answer: int, matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """The matrix of the classifier that always gives the answer, on the same labels."""
    result = np.zeros_like(matrix)
    result[:, answer] = matrix.sum(axis=1)
    return result


def _order(name: str) -> tuple[int, float, str]:
    try:
        return (0, float(name), name)
    except ValueError:
        return (1, 0.0, name)
