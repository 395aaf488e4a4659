"""Measured metrics against a baseline's thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import CheckError
from ..violation import Violation
from .constraints import GREATER, LESS, metrics_of, problem_type_of, thresholds_of

WRITTEN_NAMES = {
    "true_positive_rate": "truePositiveRate",
    "true_negative_rate": "trueNegativeRate",
    "false_positive_rate": "falsePositiveRate",
    "false_negative_rate": "falseNegativeRate",
}
"""How violations call the metrics that have another name in statistics and constraints."""

# Sums of floats differ in their last digits between machines; that is no drift.
_SLACK = 1e-12


def compare(
    statistics: Mapping[str, Any],
    constraints: Mapping[str, Any],
    *,
    baseline_statistics: Mapping[str, Any] | None = None,
) -> list[Violation]:
    """A violation for every metric on the wrong side of its threshold.

    AWS documents no schema of these entries. Keys, names and the description's form are those of a
    real job's output, kept in AWS's example notebook
    sagemaker_model_monitor/model_quality/model_quality_churn_sdk.ipynb
    (https://github.com/aws/amazon-sagemaker-examples, commit 3b5c7016, run of 2021-05-18). There
    four rates are in camel case, unlike in statistics and constraints. It shows neither f0_5 nor
    metrics of regressions and of several classes: that they keep their names is assumed.

    `baseline_statistics` lets the sentence name what was measured then, which differs from the
    threshold once that has been relaxed.
    """
    problem_type = problem_type_of(constraints)
    metrics = metrics_of(statistics, problem_type)
    before = metrics_of(baseline_statistics, problem_type) if baseline_statistics else {}
    violations = []
    for name, constraint in thresholds_of(constraints).items():
        value = _number(metrics, name)
        threshold = float(constraint["threshold"])
        operator = constraint["comparison_operator"]
        if operator not in (GREATER, LESS):
            raise CheckError(
                f"{name} has the comparison_operator {operator!r}, which is neither {GREATER} nor "
                f"{LESS}"
            )
        excess = value - threshold if operator == GREATER else threshold - value
        if excess > _SLACK * abs(threshold):
            written = WRITTEN_NAMES.get(name, name)
            deviation = metrics[name].get("standard_deviation")
            violations.append(
                Violation(
                    entry={
                        "constraint_check_type": operator,
                        "description": (
                            f"Metric {written} with {value} +/- {deviation} was {operator} "
                            f"'{threshold}'"
                        ),
                        "metric_name": written,
                    },
                    sentence=_sentence(name, value, threshold, operator, before.get(name)),
                )
            )
    return violations


def _sentence(
    name: str, value: float, threshold: float, operator: str, before: Mapping[str, Any] | None
) -> str:
    side = "above" if operator == GREATER else "below"
    baseline = threshold if before is None else before["value"]
    then = f"{baseline:.6g}" if not isinstance(baseline, str) else baseline
    return f"{name}: {value:.6g} ({then} in the baseline) is {side} {threshold:.6g}, the threshold"


def _number(metrics: Mapping[str, Any], name: str) -> float:
    if name not in metrics:
        raise CheckError(
            f"the baseline has a threshold for {name}, which was not measured now: give the check "
            "the same attributes as the baseline's, or remove the threshold"
        )
    value = metrics[name]["value"]
    if isinstance(value, str):
        raise CheckError(
            f"{name} does not exist for these data (all labels are alike), so it cannot be "
            "compared with the baseline"
        )
    return float(value)
