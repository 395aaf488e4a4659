"""Model-quality constraints with wider thresholds. Pure.

A threshold that Model Monitor suggests is the very value just measured, so that any slightly worse model
would violate it
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html). The
arithmetic is that of the model repository's open check engine; a test compares the two.
"""

from __future__ import annotations

import copy
import math
from typing import Any

KINDS = (
    "regression_constraints",
    "binary_classification_constraints",
    "multiclass_classification_constraints",
)
GREATER = "GreaterThanThreshold"
LESS = "LessThanThreshold"
# What Model Monitor writes where JSON has no number: nothing to widen.
NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


class UnreadableConstraints(ValueError):
    """The content is not that of a baseline's file; the text says why."""


def relax(constraints: Any, tolerance: float) -> dict[str, Any]:
    """A copy with wider thresholds, everything else untouched. Raises UnreadableConstraints.

    `comparison_operator` is the violating side: what violates by being greater is an error, and gets
    `tolerance` of itself more; what violates by being less is a score, and gets `tolerance` of its
    absolute value less, so that a negative r2 gets room too.
    """
    kinds = [kind for kind in KINDS if isinstance(constraints, dict) and kind in constraints]
    if len(kinds) != 1:
        found = ", ".join(kinds) or "none of them"
        raise UnreadableConstraints(f"it must have one of {', '.join(KINDS)}; it has {found}")
    relaxed = copy.deepcopy(constraints)
    metrics = relaxed[kinds[0]]
    if not isinstance(metrics, dict):
        raise UnreadableConstraints(f"its {kinds[0]} must be an object, not {metrics!r}")
    for name, entry in metrics.items():
        _widen(name, entry, tolerance)
    return dict(relaxed)


def _widen(name: str, entry: Any, tolerance: float) -> None:
    operator = entry.get("comparison_operator") if isinstance(entry, dict) else None
    if operator not in (GREATER, LESS):
        raise UnreadableConstraints(
            f"its metric {name} must have the comparison_operator {GREATER} or {LESS}, not {operator!r}"
        )
    threshold = entry.get("threshold")
    if threshold in NO_NUMBERS or tolerance == 0:
        return
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise UnreadableConstraints(
            f"its metric {name} must have a number as threshold, not {threshold!r}"
        )
    if not math.isfinite(threshold):
        return
    if operator == GREATER:
        entry["threshold"] = threshold + tolerance * threshold
    else:
        entry["threshold"] = threshold - tolerance * abs(threshold)
