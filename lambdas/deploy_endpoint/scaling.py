"""Autoscaling of an endpoint's variant: Application Auto Scaling's target and policies.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html. A variant's scaling is
written as `{"variant", "min", "max", "policies": [PutScalingPolicy's own members], "suspended"}`, because
it travels in the continuation token while it is deregistered for an update that SageMaker would refuse
otherwise: one that changes the instance type, or removes the variant
(https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from comparison import includes
from endpoint_resources import VARIANT_NAME
from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.stage_settings import AutoScaling

NAMESPACE, DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"
POLICY_NAME = "invocations-per-instance"
CONFIGURATIONS = (
    "TargetTrackingScalingPolicyConfiguration",
    "StepScalingPolicyConfiguration",
    "PredictiveScalingPolicyConfiguration",
)
# Of the continuation token's 2048 characters.
MAX_REMEMBERED = 1200

Scaled = dict[str, Any]


class Scaling:
    """The scaling of one endpoint's variants. Raises what Application Auto Scaling raises."""

    def __init__(self, autoscaling: Any, endpoint_name: str) -> None:
        self._autoscaling = autoscaling
        self._endpoint_name = endpoint_name

    def registered(self, variants: Sequence[str]) -> list[Scaled]:
        """Those of the variants that are registered."""
        targets = self._autoscaling.describe_scalable_targets(
            ServiceNamespace=NAMESPACE,
            ResourceIds=[self._resource(variant) for variant in variants],
            ScalableDimension=DIMENSION,
        )["ScalableTargets"]
        return [self._scaled(target) for target in targets]

    def put(self, scaled: Mapping[str, Any]) -> None:
        """Register the variant, or change its bounds, and put its policies."""
        target = self._target(scaled["variant"])
        suspended = {"SuspendedState": scaled["suspended"]} if scaled.get("suspended") else {}
        self._autoscaling.register_scalable_target(
            **target, MinCapacity=scaled["min"], MaxCapacity=scaled["max"], **suspended
        )
        for policy in scaled["policies"]:
            self._autoscaling.put_scaling_policy(**target, **policy)

    def remove(self, variant: str) -> None:
        """Deregister the variant, its policies and scheduled actions with it."""
        self._autoscaling.deregister_scalable_target(**self._target(variant))

    def require_no_schedule(self, variant: str) -> None:
        """Raises JobFailure when the variant has scheduled actions, which would be lost."""
        actions = self._autoscaling.describe_scheduled_actions(**self._target(variant))
        names = [action["ScheduledActionName"] for action in actions["ScheduledActions"]]
        if names:
            raise JobFailure(
                f"the update changes the instance type or removes a variant, for which {variant} has"
                f" to be deregistered from autoscaling, and its scheduled actions"
                f" ({', '.join(names)}) would be lost: delete them first; the endpoint was not touched"
            )

    def _scaled(self, target: Mapping[str, Any]) -> Scaled:
        variant = target["ResourceId"].rpartition("/")[2]
        policies = self._autoscaling.describe_scaling_policies(**self._target(variant))
        kept = ("PolicyName", "PolicyType", *CONFIGURATIONS)
        suspended = target.get("SuspendedState") or {}
        return {
            "variant": variant,
            "min": target["MinCapacity"],
            "max": target["MaxCapacity"],
            "policies": [
                {name: policy[name] for name in kept if policy.get(name)}
                for policy in policies["ScalingPolicies"]
            ],
            **({"suspended": dict(suspended)} if any(suspended.values()) else {}),
        }

    def _resource(self, variant: str) -> str:
        return f"endpoint/{self._endpoint_name}/variant/{variant}"

    def _target(self, variant: str) -> dict[str, str]:
        return {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": self._resource(variant),
            "ScalableDimension": DIMENSION,
        }


def in_the_way(
    registered: Sequence[Scaled], live_config: Mapping[str, Any] | None, config: Mapping[str, Any]
) -> list[Scaled]:
    """What must be deregistered before an update from one configuration to the other. Pure."""
    before = _instance_types(live_config or {})
    after = _instance_types(config)
    # Without the live configuration the types are unknown, and SageMaker refuses the update anyway.
    return [
        scaled
        for scaled in registered
        if scaled["variant"] not in after
        or (live_config and before.get(scaled["variant"]) != after[scaled["variant"]])
    ]


def require_rememberable(scaled: Sequence[Scaled]) -> None:
    """Raises JobFailure for more than can be put back. Pure."""
    if len(json.dumps(scaled, default=str)) > MAX_REMEMBERED:
        raise JobFailure(
            "the update changes the instance type or removes a variant, for which the endpoint has to"
            " be deregistered from autoscaling, and it has more policies than this function can put"
            " back: delete those that were made by hand; the endpoint was not touched"
        )


def wanted_scaling(settings: AutoScaling | None, removed: Sequence[Scaled]) -> Scaled | None:
    """What the variant is to have: the stage's policy, and other policies that an update removed. Pure."""
    if settings is None:
        return None
    ours = {
        "PolicyName": POLICY_NAME,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": float(settings.invocations_per_instance),
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
            "ScaleInCooldown": settings.scale_in_cooldown_seconds,
            "ScaleOutCooldown": settings.scale_out_cooldown_seconds,
        },
    }
    others = [
        policy
        for scaled in removed
        if scaled["variant"] == VARIANT_NAME
        for policy in scaled["policies"]
        if policy["PolicyName"] != POLICY_NAME
    ]
    return {
        "variant": VARIANT_NAME,
        "min": settings.min_capacity,
        "max": settings.max_capacity,
        "policies": [ours, *others],
    }


def is_as_wanted(found: Scaled | None, wanted: Scaled | None) -> bool:
    """Whether nothing has to be done. Policies beside the wanted ones are left alone. Pure."""
    if found is None or wanted is None:
        return found is wanted
    policies = {policy["PolicyName"]: policy for policy in found["policies"]}
    return (found["min"], found["max"]) == (wanted["min"], wanted["max"]) and all(
        includes(policies.get(policy["PolicyName"]), policy) for policy in wanted["policies"]
    )


def _instance_types(config: Mapping[str, Any]) -> dict[str, str | None]:
    variants = config.get("ProductionVariants") or []
    return {variant["VariantName"]: variant.get("InstanceType") for variant in variants}
