"""The rows that the flip test compares: all different ones, or a uniform sample of them.

Rows are alike that have the same features, the same side and the same prediction. Each different row
has a hash; of each side the ones with the smallest hashes are kept, and how often they occur. Which
these are depends neither on the order of the rows nor on their chunks. Of rows that are alike, all
are in the sample, or none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIMIT = 20_000
"""How many different rows of a side are compared with as many of the other: usually that takes below
a second, and in the worst case (50 features without any correlation) half a minute of one core."""

_SIDES = 4
_EVERYTHING = np.iinfo(np.uint64).max


@dataclass(frozen=True)
class Side:
    """Different rows of one side: features (rows, features), prediction codes and how often, (rows,).

    `complete` says whether these are all there are.
    """

    features: NDArray[np.float64]
    codes: NDArray[np.int64]
    counts: NDArray[np.int64]
    complete: bool


@dataclass(frozen=True)
class _Rows:
    """Shape (rows,) each, the features (rows, features)."""

    strata: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    codes: NDArray[np.int64]
    counts: NDArray[np.int64]
    features: NDArray[np.float64]

    def at(self, where: NDArray[Any]) -> _Rows:
        return _Rows(*(each[where] for each in vars(self).values()))

    def and_those(self, others: _Rows) -> _Rows:
        pairs = zip(vars(self).values(), vars(others).values(), strict=True)
        return _Rows(*map(np.concatenate, pairs))

    def merged(self) -> _Rows:
        """Rows with the same stratum and hash as one, in their order."""
        ordered = self.at(np.lexsort((self.hashes, self.strata)))
        new = np.ones(len(self.strata), dtype=bool)
        new[1:] = np.diff(ordered.strata) != 0
        new[1:] |= ordered.hashes[1:] != ordered.hashes[:-1]
        first = np.flatnonzero(new)
        return replace(ordered.at(first), counts=np.add.reduceat(ordered.counts, first))


class RowSample:
    """Takes in rows of several strata, of which sides are made up at the end.

    A stratum is a whole number from 0, given to the rows of one value of a facet. If a facet has many
    values, they share room for `_SIDES` times the limit.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        # The greatest hash of each stratum's that is kept; nothing below it ever was left out.
        self._bounds: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)
        self._rows: _Rows | None = None

    def add(
        self, features: NDArray[np.float64], strata: NDArray[np.int64], codes: NDArray[np.int64]
    ) -> None:
        """Take in a chunk: features of shape (rows, features), the others (rows,)."""
        new = max(int(strata.max()) + 1 - len(self._bounds), 0)
        self._bounds = np.append(self._bounds, np.full(new, _EVERYTHING, dtype=np.uint64))
        hashes = _hashes(features, codes)
        kept = np.flatnonzero(hashes <= self._bounds[strata])
        if not len(kept) and not new:
            return
        rows = _Rows(strata[kept], hashes[kept], codes[kept], np.ones_like(kept), features[kept])
        rows = rows if self._rows is None else self._rows.and_those(rows)
        self._rows = self._within_bounds(rows.merged())

    def _within_bounds(self, rows: _Rows) -> _Rows:
        room = max(min(self._limit, _SIDES * self._limit // len(self._bounds)), 1)
        strata, begins, sizes = np.unique(rows.strata, return_index=True, return_counts=True)
        full = sizes > room
        self._bounds[strata[full]] = rows.hashes[begins[full] + room - 1]
        return rows.at(rows.hashes <= self._bounds[rows.strata])

    def sides(self, sensitive: NDArray[np.int64]) -> tuple[Side, Side]:
        """The rows of the sensitive strata, and all others; both must have some."""
        chosen = np.isin(np.arange(len(self._bounds)), sensitive)
        return self._side(chosen), self._side(~chosen)

    def _side(self, chosen: NDArray[np.bool_]) -> Side:
        assert self._rows is not None
        bound = self._bounds[chosen].min()
        here = self._rows.at(chosen[self._rows.strata] & (self._rows.hashes <= bound))
        here = replace(here, strata=np.zeros_like(here.strata)).merged()
        complete = bool(bound == _EVERYTHING) and len(here.hashes) <= self._limit
        most = slice(self._limit)
        return Side(here.features[most], here.codes[most], here.counts[most], complete)


def _hashes(features: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit hash of each row: SplitMix64's finalizer, one column after the other.

    https://prng.di.unimi.it/splitmix64.c
    """
    found = codes.astype(np.uint64)
    for index in range(features.shape[1]):
        # 0 and -0 are one value.
        column = np.ascontiguousarray(features[:, index] + 0.0).view(np.uint64)
        found = (found ^ column) + np.uint64(0x9E3779B97F4A7C15)
        found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        found ^= found >> np.uint64(31)
    return found
