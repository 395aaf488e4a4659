"""How many different values there are, in bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIZE = 2048
_HASHES = 2.0**64


class DistinctCount:
    """An estimate from the smallest hashes of all values (the "k minimum values", KMV, sketch).

    Exact for fewer than `SIZE` different values; above that the standard error is about
    1/sqrt(SIZE - 2), 2.2 %. The set of smallest hashes is the same for every order and partition of
    the rows. HyperLogLog would need less memory (these are 16 KB a column), but the one at hand
    (datasketches) takes one Python call a value, where this filters arrays, and its estimate
    depends on the order.
    """

    def __init__(self) -> None:
        self._smallest: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Count values, given as 64-bit hashes."""
        if len(self._smallest) == SIZE:
            hashes = hashes[hashes < self._smallest[-1]]
        if len(hashes):
            self._smallest = np.unique(np.concatenate([self._smallest, hashes]))[:SIZE]

    def merge(self, other: DistinctCount) -> None:
        """Count what the other one counted."""
        self.add(other._smallest)

    @property
    def exact(self) -> bool:
        """Whether the estimate is the number itself."""
        return len(self._smallest) < SIZE

    def estimate(self) -> int:
        """The number of different values."""
        if self.exact:
            return len(self._smallest)
        return round((SIZE - 1) / (float(self._smallest[-1]) / _HASHES))
