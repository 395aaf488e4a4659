"""A bias analysis with room in it, as it is registered for the comparisons of later runs."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

from ..errors import CheckError
from .comparison import stages_of
from .names import UNBIASED, room


def relax(analysis: Mapping[str, Any], tolerance: float) -> dict[str, Any]:
    """A copy with each metric's value farther from unbiased, everything else untouched.

    Clarify's rule has no tolerance of its own, only a baseline to be farther from unbiased than
    (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html),
    so that data with one more row would violate it. Room in the baseline itself is understood by
    whoever compares with it, Clarify too. `tolerance` is that of the differences, in their unit; the
    ratios get more (`names.room`). Only the distance counts: an exactly unbiased value moves upward,
    but might as well move down. What is no finite number (None, "Infinity") stays; 0 changes nothing.
    """
    if tolerance < 0:
        raise CheckError(f"the tolerance {tolerance:g} is negative; 0 or more makes room")
    relaxed = copy.deepcopy(dict(analysis))
    for stage in stages_of(relaxed):
        for groups in relaxed[stage]["facets"].values():
            for group in groups:
                for metric in group["metrics"]:
                    _move(metric, tolerance)
    return relaxed


def _move(metric: dict[str, Any], tolerance: float) -> None:
    value = metric.get("value")
    if tolerance == 0 or not isinstance(value, int | float) or not math.isfinite(value):
        return
    upward = value >= UNBIASED.get(metric["name"], 0.0)
    width = room(metric["name"], tolerance)
    metric["value"] = value + width if upward else value - width
