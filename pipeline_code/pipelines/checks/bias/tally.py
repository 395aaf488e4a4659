"""Counting rows by a value and their outcome, up to a bound of different values."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..values import canonical
from .columns import Values
from .outcomes import CODES

BOUND = 100_000
"""Of how many different values (or pairs of them) rows are counted."""


class Numbering:
    """A number for each different value of a column, from 0, for the life of an analysis."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.full = False

    def add(self, values: Values) -> NDArray[np.int64] | None:
        """The number of each row's value, shape (rows,); None once there are too many."""
        if self.full:
            return None
        known = self._numbers
        numbers = [known.setdefault(canonical(text), len(known)) for text in values.texts]
        if len(known) > BOUND:
            self.full = True
            self._numbers = {}
            return None
        return np.array(numbers, dtype=np.int64)[values.codes]

    def items(self) -> list[tuple[str, int]]:
        """Values and their numbers, in the order of the values."""
        return sorted(self._numbers.items())


class Tally:
    """Rows by key and outcome code (`outcomes`). Keys are any whole numbers of 64 bits."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._counts: NDArray[np.int64] = np.zeros((0, CODES), dtype=np.int64)
        self.full = False

    def add(self, keys: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        """Count rows, both of shape (rows,)."""
        if self.full:
            return
        rows, different = pd.factorize(keys)
        known = self._places
        places = [known.setdefault(key, len(known)) for key in different.tolist()]
        if len(known) > BOUND:
            self.full = True
            self._places, self._counts = {}, self._counts[:0]
            return
        cells = np.array(places, dtype=np.int64)[rows] * CODES + codes
        counts = np.bincount(cells, minlength=len(known) * CODES).reshape(-1, CODES)
        counts[: len(self._counts)] += self._counts
        self._counts = counts

    def keys(self) -> NDArray[np.int64]:
        """The different keys, shape (keys,)."""
        return np.fromiter(self._places, dtype=np.int64, count=len(self._places))

    def counts(self) -> NDArray[np.int64]:
        """Rows of each key by outcome code, shape (keys, CODES)."""
        return self._counts
