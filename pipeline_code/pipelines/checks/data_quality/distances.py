"""How far two distributions are apart.

As the page about constraints.json describes them, and with the formulas of Deequ, the library in
Model Monitor's container (https://github.com/awslabs/deequ, analyzers/Distance.scala).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from .features import Categories
from .quantiles import Distribution

# c(alpha) of the two-sample Kolmogorov-Smirnov test, for an alpha of 0.003.
_C_ALPHA = 1.8
# From what expected count on the chi-squared test is sound: with two categories (Cochran 1952), and
# with more, where a fifth of them may be below (Yates, Moore and McCabe 1999).
_LEAST_OF_TWO, _LEAST, _BELOW = 10.0, 5.0, 0.2


def numeric_distance(new: Distribution, baseline: Distribution) -> float:
    """The largest difference of the two cumulative distribution functions, 0 to 1."""
    points = np.union1d(new.numbers, baseline.numbers)
    apart = new.up_to(points) / new.total - baseline.up_to(points) / baseline.total
    return float(np.abs(apart).max())


def categorical_distance(new: Categories, baseline: Categories) -> float:
    """The largest difference of a category's share, 0 to 1.

    A category that one side does not list has there any count up to the `maximum_error`: the one
    that brings the sides closest, so that what is not known is no drift.
    """
    values = {**new.counts, **baseline.counts}
    apart = 0.0
    for value in values:
        low, high = _share(new, value)
        other_low, other_high = _share(baseline, value)
        apart = max(apart, low - other_high, other_low - high)
    return apart


def _share(categories: Categories, value: str) -> tuple[float, float]:
    """The least and the greatest share that the category may have."""
    count, error = categories.counts.get(value, 0), categories.maximum_error
    if not error:
        return count / categories.total, count / categories.total
    return max(0, count - error) / categories.total, (count + error) / categories.total


def robust(distance: float, new: float, baseline: float) -> float:
    """The distance without what two samples of these sizes may differ by chance."""
    return max(0.0, distance - _C_ALPHA * math.sqrt((new + baseline) / (new * baseline)))


def chi_squared(new: Mapping[str, int], baseline: Mapping[str, int]) -> float | None:
    """The p-value of the new counts, if they are drawn as the baseline says.

    Categories that the baseline does not have are left out: they are the
    categorical_values_check's. Small ones are joined until the test is sound; None if fewer than
    two are left.
    """
    from scipy.stats import chi2

    known = {value: count for value, count in baseline.items() if count}
    total = sum(new.get(value, 0) for value in known)
    if not total:
        return None
    scale = total / sum(known.values())
    # Ascending by what is expected.
    pairs = sorted((count * scale, float(new.get(value, 0))) for value, count in known.items())
    expected, observed = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    while len(expected) > 1 and not _sound(expected):
        smallest, count = expected.pop(0), observed.pop(0)
        expected[0] += smallest
        observed[0] += count
        order = sorted(range(len(expected)), key=expected.__getitem__)
        expected, observed = [expected[i] for i in order], [observed[i] for i in order]
    if len(expected) < 2:
        return None
    statistic = sum(
        (seen - wanted) ** 2 / wanted for seen, wanted in zip(observed, expected, strict=True)
    )
    return float(chi2.sf(statistic, len(expected) - 1))


def _sound(expected: list[float]) -> bool:
    if len(expected) == 2:
        return min(expected) >= _LEAST_OF_TWO
    below = sum(count < _LEAST for count in expected)
    return below <= int(_BELOW * len(expected))
