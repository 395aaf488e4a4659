"""What is known of a column after all its rows, in bounded memory: is it continuous, for example."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data_quality.distinct import DistinctCount
from ..values import canonical
from .columns import Values

CONTINUOUS_SHARE = 0.05
"""Whole numbers are continuous where at least this share of them is distinct, as Clarify has it."""

KEPT = 100_000
"""Up to how many different values a column's are known; of more, their number is estimated."""


class Seen:
    """A column's rows, gaps and different values. The same for every order and partition."""

    def __init__(self) -> None:
        self.rows = 0
        self.missing = 0
        self.fractions = False
        self.least = np.inf
        self.greatest = -np.inf
        self.unlike: str | None = None
        """The first value that is no finite number."""
        self._numeric = True
        self._numbers: NDArray[np.float64] = np.empty(0)
        self._words: set[str] = set()
        self._estimate = DistinctCount()
        self._all_kept = True

    def add(self, values: Values) -> None:
        """Take in a chunk."""
        self.rows += len(values.codes)
        self.missing += values.missing
        words = np.isnan(values.numbers)
        numbers = values.numbers[~words]
        if len(numbers):
            self.least = min(self.least, float(numbers.min()))
            self.greatest = max(self.greatest, float(numbers.max()))
        self._numeric = self._numeric and not words.any()
        unlike = ~np.isfinite(values.numbers)
        if self.unlike is None and unlike.any():
            self.unlike = str(values.texts.iloc[int(np.argmax(unlike))])
        if not self.fractions:
            self.fractions = bool(values.texts.str.contains(r"[.eE]", regex=True).any())
        # Where there are 1 and 1.0, or 0 and -0, there is one value.
        self._keep(np.unique(numbers + 0.0), {canonical(text) for text in values.texts[words]})

    def _keep(self, numbers: NDArray[np.float64], words: set[str]) -> None:
        self._estimate.add(pd.util.hash_array(numbers))
        if words:
            self._estimate.add(pd.util.hash_array(np.array(sorted(words), dtype=object)))
        if not self._all_kept:
            return
        self._numbers = np.union1d(self._numbers, numbers)
        self._words |= words
        if len(self._numbers) + len(self._words) > KEPT:
            self._all_kept = False
            self._numbers, self._words = np.empty(0), set()

    def different(self) -> list[str] | None:
        """The different values in the order of their texts; None if there are more than are kept."""
        if not self._all_kept:
            return None
        return sorted({*map(canonical, self._numbers.tolist()), *self._words})

    def described(self, most: int) -> str:
        """How many different values there are, or which, if there are no more than `most`."""
        different = self.different()
        if different is None:
            return f"about {self._estimate.estimate()} different values"
        if len(different) > most:
            return f"{len(different)} different values"
        return ", ".join(different)

    def is_continuous(self, values: Sequence[object]) -> bool:
        """Whether a single value selects what is above it rather than what equals it.

        Clarify decides so: several values are categories; text is categorical; fractions are
        continuous; whole numbers are continuous if 5% of them or more are distinct. One exception is
        ours: a column with two distinct values is categorical. Clarify would take the labels 0 and 1
        of a short file, or 0.0 and 1.0 of any, for continuous, and find nothing above 1.
        """
        if len(values) > 1 or not self._numeric:
            return False
        distinct = len(self._numbers) if self._all_kept else self._estimate.estimate()
        if distinct <= 2:
            return False
        return self.fractions or distinct / self.rows >= CONTINUOUS_SHARE
