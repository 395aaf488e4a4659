"""Bias in the labels: a is the advantaged group, d the sensitive one.

By the formulas of
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html, over two outcomes,
the positive one and all others. An outcome that a group never has counts with its share of 0;
Clarify's open library leaves such an outcome out, and then finds a KL below 0 and half the TVD.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from .counts import Group

Measure = Callable[[Group, Group], float]


def ci(a: Group, d: Group) -> float:
    """Class imbalance (n_a - n_d) / (n_a + n_d): -1 to 1, positive where d has fewer rows."""
    return (a.rows - d.rows) / (a.rows + d.rows)


def dpl(a: Group, d: Group) -> float:
    """Difference in proportions of positive labels q_a - q_d: -1 to 1."""
    return a.positives / a.rows - d.positives / d.rows


def kl(a: Group, d: Group) -> float:
    """Kullback-Leibler divergence of a's labels from d's, in nats: sum of P_a log(P_a / P_d)."""
    return _divergence(*_distributions(a, d))


def js(a: Group, d: Group) -> float:
    """Jensen-Shannon divergence: the mean divergence of both from their middle, in nats."""
    of_a, of_d = _distributions(a, d)
    middle = [(x + y) / 2 for x, y in zip(of_a, of_d, strict=True)]
    return (_divergence(of_a, middle) + _divergence(of_d, middle)) / 2


def lp(a: Group, d: Group) -> float:
    """L_p norm with p = 2 of the difference between both distributions of labels."""
    return math.hypot(*_differences(a, d))


def tvd(a: Group, d: Group) -> float:
    """Total variation distance: half the sum of absolute differences."""
    return sum(map(abs, _differences(a, d))) / 2


def ks(a: Group, d: Group) -> float:
    """Kolmogorov-Smirnov: the greatest absolute difference."""
    return max(map(abs, _differences(a, d)))


MEASURES: dict[str, Measure] = {
    "CI": ci,
    "DPL": dpl,
    "JS": js,
    "KL": kl,
    "KS": ks,
    "LP": lp,
    "TVD": tvd,
}


def _differences(a: Group, d: Group) -> list[float]:
    return [x - y for x, y in zip(*_distributions(a, d), strict=True)]


def _distributions(a: Group, d: Group) -> tuple[list[float], list[float]]:
    of_a, of_d = ([each.negatives / each.rows, each.positives / each.rows] for each in (a, d))
    return of_a, of_d


def _divergence(first: list[float], second: list[float]) -> float:
    """Infinite where the second group never has an outcome that the first one has."""
    return sum(
        (x * math.log(x / y) if y else math.inf) for x, y in zip(first, second, strict=True) if x
    )
