"""The distribution of numbers: a KLL sketch, and Model Monitor's ten buckets of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .values import Numbers

# Model Monitor's parameters. The error of a rank is below 0.14 % (one side, 99 % of all sketches).
K = 2048
C = 0.64
BUCKETS = 10


@dataclass(frozen=True)
class Distribution:
    """Numbers, ascending and different, and how many values each stands for, up to it."""

    numbers: Numbers
    cumulative: Numbers

    @classmethod
    def of(cls, numbers: Numbers, weights: Numbers) -> Distribution:
        """The distribution of weighted numbers in any order."""
        distinct, places = np.unique(numbers, return_inverse=True)
        summed = np.bincount(places.ravel(), weights=weights, minlength=len(distinct))
        return cls(distinct, np.cumsum(summed))

    @property
    def total(self) -> float:
        """How many values there are."""
        return float(self.cumulative[-1]) if len(self.cumulative) else 0.0

    def up_to(self, points: Numbers) -> Numbers:
        """How many values are at or below each point."""
        return self._rank(points, "right")

    def below(self, points: Numbers) -> Numbers:
        """How many values are below each point."""
        return self._rank(points, "left")

    def _rank(self, points: Numbers, side: Any) -> Numbers:
        ranks: Numbers = np.concatenate([[0.0], self.cumulative])
        return ranks[np.searchsorted(self.numbers, points, side=side)]


class Quantiles:
    """A KLL sketch of doubles (Apache DataSketches) that is given Model Monitor's form.

    Doubles and not floats: a baseline of Model Monitor's has doubles, and a value rounded to a
    float is another value than the baseline's, which in a column of few values is the whole
    distance. A sketch of more than `K` values throws a coin, so two of the same data differ within
    the error; the coin cannot be seeded.
    """

    def __init__(self) -> None:
        import datasketches

        self._sketch = datasketches.kll_doubles_sketch(K)

    def add(self, numbers: Numbers) -> None:
        """Add finite numbers."""
        # A copy by addition: the library refuses read-only arrays, and -0.0 becomes 0.0.
        self._sketch.update(numbers + 0.0)

    def merge(self, other: Quantiles) -> None:
        """Add what the other one has."""
        self._sketch.merge(other._sketch)

    def to_json(self, minimum: float, maximum: float) -> dict[str, Any]:
        """Buckets and sketch; the levels of `data` are items that stand for 1, 2, 4, … values."""
        levels = [sorted(level) for level in self._levels()]
        return {
            "buckets": _buckets(from_levels(levels), minimum, maximum),
            "sketch": {"parameters": {"c": C, "k": float(K)}, "data": levels},
        }

    def _levels(self) -> list[list[float]]:
        """The items that stand for 1, 2, 4, … values.

        The library's iterator (5.2.0) has the items in the order of the levels, but gives all of
        them the weight 1 when the lowest level is empty, as it may be after a merge. So the sizes
        of the levels are read from the sketch's binary form, the same in all languages
        (https://apache.github.io/datasketches-cpp/5.2.0/kll__sketch_8hpp_source.html): at byte 18
        the number of levels, from byte 20 on where each begins.
        """
        items = [item for item, _ in self._sketch]
        if len(items) == self._sketch.n:
            return [items]
        data = self._sketch.serialize()
        begins = np.frombuffer(data, dtype="<u4", count=data[18], offset=20)
        ends = np.cumsum(np.diff(begins, append=begins[0] + len(items)))
        levels = [items[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
        assert sum(len(level) << place for place, level in enumerate(levels)) == self._sketch.n
        return levels


def from_levels(levels: Sequence[Sequence[float]]) -> Distribution:
    """The distribution in a sketch's `data`."""
    numbers = np.array([item for level in levels for item in level], dtype=np.float64)
    weights = np.repeat(2.0 ** np.arange(len(levels)), [len(level) for level in levels])
    return Distribution.of(numbers, weights)


def edges(minimum: float, maximum: float, buckets: int) -> Numbers:
    """The bounds of buckets of equal width, one more than there are buckets."""
    shares = np.arange(buckets + 1) / buckets
    width = maximum - minimum
    if not math.isfinite(width):
        return minimum * (1 - shares) + maximum * shares
    bounds: Numbers = minimum + width * shares
    bounds[-1] = maximum
    return bounds


def histogram(distribution: Distribution, bounds: Numbers) -> Numbers:
    """The values between neighbouring bounds, the upper excluded but for the last one's."""
    ranks = distribution.below(bounds)
    ranks[-1] = distribution.up_to(bounds[-1:])[0]
    return np.diff(ranks)


def _buckets(distribution: Distribution, minimum: float, maximum: float) -> list[dict[str, float]]:
    # As in Deequ's KLLSketch: of a constant column all ten are the one value, the last has it.
    bounds = edges(minimum, maximum, BUCKETS)
    return [
        {"lower_bound": float(low), "upper_bound": float(high), "count": float(count)}
        for low, high, count in zip(
            bounds[:-1], bounds[1:], histogram(distribution, bounds), strict=True
        )
    ]
