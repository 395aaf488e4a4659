"""A bias analysis with room in it. Pure.

Clarify takes the analysis.json of an earlier run as its baseline, and a metric farther from unbiased
than there is a violation, however little farther
(https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html). The
arithmetic is that of the model repository's open check engine; a test compares the two.
"""

from __future__ import annotations

import copy
import math
from typing import Any

from thresholds import NO_NUMBERS, UnreadableConstraints

STAGES = ("pre_training_bias_metrics", "post_training_bias_metrics")
# Where it is not 0: the disparate impact is a ratio.
UNBIASED = {"DI": 1.0}
# These have no upper bound, and move by several times as much as the differences.
RATIOS = ("DCA", "DCR", "DI", "TE")
RATIO_FACTOR = 4.0


def is_analysis(content: Any) -> bool:
    """Whether the content is meant to be that of Clarify's analysis.json, with metrics of bias."""
    return isinstance(content, dict) and any(stage in content for stage in STAGES)


def relax(analysis: dict[str, Any], tolerance: float) -> dict[str, Any]:
    """A copy with each metric's value farther from unbiased, by `tolerance` or, for a ratio, four times
    that; everything else untouched. Raises UnreadableConstraints.

    Only the distance counts: an exactly unbiased value moves upward, but might as well move down.
    """
    relaxed = copy.deepcopy(analysis)
    for stage in STAGES:
        if stage in relaxed:
            for metric in _metrics(stage, relaxed[stage]):
                _move(stage, metric, tolerance)
    return relaxed


def _metrics(stage: str, content: Any) -> list[Any]:
    try:
        groups = [group for groups in content["facets"].values() for group in groups]
        return [metric for group in groups for metric in group["metrics"]]
    except (AttributeError, KeyError, TypeError) as error:
        raise UnreadableConstraints(
            f"its {stage} must have facets, each with groups, each with metrics"
        ) from error


def _move(stage: str, metric: Any, tolerance: float) -> None:
    name = metric.get("name") if isinstance(metric, dict) else None
    if not isinstance(name, str):
        raise UnreadableConstraints(f"its {stage} must have metrics with a name, not {metric!r}")
    value = metric.get("value")
    # A metric that does not exist for the data has none.
    if value is None or value in NO_NUMBERS or tolerance == 0:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableConstraints(f"its metric {name} must have a number as value, not {value!r}")
    if not math.isfinite(value):
        return
    upward = value >= UNBIASED.get(name, 0.0)
    width = tolerance * RATIO_FACTOR if name in RATIOS else tolerance
    metric["value"] = value + width if upward else value - width
