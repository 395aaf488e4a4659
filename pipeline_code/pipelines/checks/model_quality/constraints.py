"""Thresholds for the metrics, as Model Monitor suggests them, and widened by a tolerance."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ..errors import CheckError
from .analysis import METRICS_KEYS

CONSTRAINTS_KEYS = {
    "Regression": "regression_constraints",
    "BinaryClassification": "binary_classification_constraints",
    "MulticlassClassification": "multiclass_classification_constraints",
}
"""Where constraints.json has the thresholds of each problem type."""

GREATER = "GreaterThanThreshold"
LESS = "LessThanThreshold"

_ERRORS = ("mae", "mse", "rmse", "false_positive_rate", "false_negative_rate")
_SCORES = (
    *("r2", "recall", "precision", "accuracy", "true_positive_rate", "true_negative_rate", "auc"),
    *("f0_5", "f1", "f2", "weighted_recall", "weighted_precision"),
    *("weighted_f0_5", "weighted_f1", "weighted_f2"),
)


def suggest_constraints(statistics: Mapping[str, Any], problem_type: str) -> dict[str, Any]:
    """The content of `constraints.json` for the content of `statistics.json`.

    A threshold is the value just measured, without any tolerance, as Model Monitor has it; its
    comparison_operator is the violating side. Yardsticks (`…_best_constant_classifier`) and values
    that do not exist ("NaN") get none.
    """
    metrics = metrics_of(statistics, problem_type)
    constraints = {}
    for name, entry in metrics.items():
        operator = GREATER if name in _ERRORS else LESS if name in _SCORES else None
        if operator and not isinstance(entry["value"], str):
            constraints[name] = {"threshold": entry["value"], "comparison_operator": operator}
    return {"version": 0.0, CONSTRAINTS_KEYS[problem_type]: constraints}


def relax(constraints: Mapping[str, Any], tolerance: float) -> dict[str, Any]:
    """A copy with wider thresholds, everything else untouched.

    An error's threshold is multiplied by 1 + `tolerance`; a score's is lowered by `tolerance` of
    its absolute value, so that a negative r2 gets room too. 0 changes nothing.
    """
    if tolerance < 0:
        raise CheckError(f"the tolerance {tolerance:g} is negative; 0 or more widens a threshold")
    relaxed = copy.deepcopy(dict(constraints))
    for entry in thresholds_of(relaxed).values():
        threshold = entry["threshold"]
        if tolerance == 0 or isinstance(threshold, str):
            continue
        upward = entry["comparison_operator"] == GREATER
        room = tolerance * (threshold if upward else abs(threshold))
        entry["threshold"] = threshold + room if upward else threshold - room
    return relaxed


def problem_type_of(constraints: Mapping[str, Any]) -> str:
    """The problem type that these constraints are for."""
    for problem_type, key in CONSTRAINTS_KEYS.items():
        if key in constraints:
            return problem_type
    raise CheckError(
        f"the baseline is not one of model quality: it has none of "
        f"{', '.join(CONSTRAINTS_KEYS.values())}"
    )


def thresholds_of(constraints: Mapping[str, Any]) -> Mapping[str, Any]:
    """Metric to `{"threshold", "comparison_operator"}`."""
    thresholds: Mapping[str, Any] = constraints[CONSTRAINTS_KEYS[problem_type_of(constraints)]]
    return thresholds


def metrics_of(statistics: Mapping[str, Any], problem_type: str) -> Mapping[str, Any]:
    """Metric to `{"value", "standard_deviation"}`, and the matrix and curves."""
    key = METRICS_KEYS.get(problem_type)
    if key is None or key not in statistics:
        raise CheckError(
            f"the statistics are not those of a {problem_type}: they have "
            f"{', '.join(name for name in statistics if name.endswith('_metrics')) or 'no metrics'}"
        )
    metrics: Mapping[str, Any] = statistics[key]
    return metrics
