"""PutScalingPolicy's request: target tracking on the invocations of each instance, and nothing else.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.application_autoscaling.scalable_target import METRIC
from localcloud.errors import ValidationException, unsupported

_TYPE = "TargetTrackingScaling"
_CONFIGURATION = f"{_TYPE}PolicyConfiguration"
_MEMBERS = (
    "DisableScaleIn",
    "PredefinedMetricSpecification",
    "ScaleInCooldown",
    "ScaleOutCooldown",
    "TargetValue",
)


def check(request: Mapping[str, Any]) -> None:
    """Refuse what is wrong or is not there, by name."""
    kind = request.get("PolicyType") or "StepScaling"
    if kind != _TYPE:
        raise unsupported("PolicyType", kind, [_TYPE])
    for name in ("StepScalingPolicyConfiguration", "PredictiveScalingPolicyConfiguration"):
        if request.get(name):
            raise unsupported("PutScalingPolicy member", name, [_CONFIGURATION])
    configuration = request.get(_CONFIGURATION)
    if not configuration:
        raise ValidationException(f"{_CONFIGURATION} is required for PolicyType {_TYPE}.")
    for name in configuration:
        if name not in _MEMBERS:
            raise unsupported(f"member of {_CONFIGURATION}", name, _MEMBERS)
    metric = configuration.get("PredefinedMetricSpecification")
    if not metric:
        raise ValidationException("A metric specification is required for target tracking.")
    if metric["PredefinedMetricType"] != METRIC:
        raise unsupported("PredefinedMetricType", metric["PredefinedMetricType"], [METRIC])
    if metric.get("ResourceLabel"):
        raise unsupported(
            "member of PredefinedMetricSpecification", "ResourceLabel", ["PredefinedMetricType"]
        )
    if configuration["TargetValue"] <= 0:
        raise ValidationException("TargetValue must be greater than 0.")
    for name in ("ScaleInCooldown", "ScaleOutCooldown"):
        if configuration.get(name, 0) < 0:
            raise ValidationException(f"{name} must not be negative.")
