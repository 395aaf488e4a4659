"""How much the features' ranking drifted from a baseline's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import CheckError
from ..violation import Violation
from .analysis import global_values

THRESHOLD = 0.9
MOST_MOVED = 3


def compare(
    analysis: Mapping[str, Any], baseline: Mapping[str, Any], *, threshold: float = THRESHOLD
) -> list[Violation]:
    """A violation for each label whose nDCG is below the threshold.

    The rule, the bound of 0.9 and the entry's keys are AWS's
    (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-feature-attribution-drift.html,
    https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-model-attribution-drift-violations.html).

    Raises CheckError where both do not explain the same labels and features.
    """
    now, before = global_values(analysis), global_values(baseline)
    if now.keys() != before.keys():
        raise CheckError(
            f"the model explains {', '.join(now)} now and {', '.join(before)} in the baseline: its "
            "outputs changed, make a new baseline"
        )
    violations = []
    for label, values in now.items():
        _check_same_features(label, values, before[label])
        score = ndcg(before[label], values)
        if score < threshold:
            violations.append(
                Violation(
                    entry={
                        "label": label,
                        "metric_name": "shap",
                        "constraint_check_type": "feature_attribution_drift_check",
                        "description": (
                            f"Feature attribution drift {score} exceeds threshold {threshold}"
                        ),
                    },
                    sentence=_sentence(label, score, threshold, before[label], values),
                )
            )
    return violations


def ndcg(baseline: Mapping[str, float], values: Mapping[str, float]) -> float:
    """How well the new ranking keeps the features that mattered at the top: 1 is the same, 0 least.

    The sum of each feature's baseline attribution over log2(rank + 1), the rank being the new one,
    as a share of the same sum with the baseline's own ranks. Features that tie share the mean of
    their places, as in the function of scikit-learn that AWS's page links to.
    """
    best = _gain(baseline, baseline)
    if best == 0:
        raise CheckError(
            "the baseline attributes nothing to any feature (all values are 0), so there is no "
            "ranking to compare with: make a new baseline"
        )
    return _gain(baseline, values) / best


def ranks(values: Mapping[str, float]) -> dict[str, int]:
    """Feature to place, from 1; ties in the order of the file."""
    ordered = sorted(values, key=lambda name: -values[name])
    return {name: place for place, name in enumerate(ordered, 1)}


def _gain(attribution: Mapping[str, float], values: Mapping[str, float]) -> float:
    ordered = sorted(values, key=lambda name: -values[name])
    total = 0.0
    first = 0
    while first < len(ordered):
        last = first
        while last < len(ordered) and values[ordered[last]] == values[ordered[first]]:
            last += 1
        weight = sum(1 / math.log2(place + 2) for place in range(first, last))
        mean = sum(attribution[name] for name in ordered[first:last]) / (last - first)
        total += mean * weight
        first = last
    return total


def _sentence(
    label: str,
    score: float,
    threshold: float,
    before: Mapping[str, float],
    now: Mapping[str, float],
) -> str:
    moved = most_moved(before, now)
    places = ranks(before), ranks(now)
    told = ", ".join(
        f"{name} from place {places[0][name]} ({before[name]:.4g}) to place {places[1][name]} "
        f"({now[name]:.4g})"
        for name in moved
    )
    return (
        f"{label}: the nDCG of the features' mean |SHAP| is {score:.4g} (1 is the baseline's "
        f"ranking), below {threshold:g}; moved most: {told}"
    )


def most_moved(
    before: Mapping[str, float], now: Mapping[str, float], count: int = MOST_MOVED
) -> Sequence[str]:
    """The features whose shares of all attribution changed most, the greatest change first."""
    whole_before, whole_now = sum(before.values()) or 1.0, sum(now.values()) or 1.0
    return sorted(
        before, key=lambda name: -abs(now[name] / whole_now - before[name] / whole_before)
    )[:count]


def _check_same_features(label: str, now: Mapping[str, float], before: Mapping[str, float]) -> None:
    gone = [name for name in before if name not in now]
    new = [name for name in now if name not in before]
    if gone or new:
        raise CheckError(
            f"{label} has other features than the baseline (new: {', '.join(new) or 'none'}; "
            f"gone: {', '.join(gone) or 'none'}): make a new baseline"
        )
